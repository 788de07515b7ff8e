// NRRD headers: attached, raw or gzip, in LPS, RAS or no space, with or without a channel axis.
#pragma once

#include <string>
#include <vector>

#include "image/byte_source.hpp"
#include "image/nifti.hpp"

namespace mlabel {

/// True when a file begins with these bytes.
bool isNrrd(const char* firstFourBytes);

/// Reads the text up to and with its empty line from `source`, which stands at `NRRD`. Directions and origin come back
/// as RAS; a missing space counts as LPS, as MONAI's NrrdReader has it. `gzip` is set when the voxels are compressed.
/// Throws InvalidFile, or Unsupported (detached data, other encodings, block types).
ParsedHeader readNrrdHeader(ByteSource& source, const std::string& path, bool& gzip);

/// The text of a header for `volume`, LPS, ending with its empty line; space, directions and origin are the lines of
/// `volume.header.raw` where that is NRRD and the affine is still its own. `pairs` are lines `key:=value`.
std::string makeNrrdHeader(const Volume& volume, VoxelType type, bool gzip, const std::string& pairs = {});

}  // namespace mlabel
