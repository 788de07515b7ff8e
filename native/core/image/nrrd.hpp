// NRRD headers with their voxels in the same file.
#pragma once

#include <string>
#include <vector>

#include "image/byte_source.hpp"
#include "image/nifti.hpp"

namespace mlabel {

/// True when a file begins with these bytes.
bool isNrrd(const char* firstFourBytes);

/// Reads the text up to and with its empty line from `source`, which stands behind `NRRD`; what its axes mean is said at
/// readNrrdGrid (image/nrrd_grid.hpp). Throws InvalidFile, or Unsupported (detached data, other encodings, block types).
ParsedHeader readNrrdHeader(ByteSource& source, const std::string& path);

/// The text of a header for `volume`, LPS, ending with its empty line; space, directions and origin are the lines of
/// `volume.header.raw` where that is NRRD and the affine is still its own. `pairs` are lines `key:=value`.
std::string makeNrrdHeader(const Volume& volume, VoxelType type, bool gzip, const std::string& pairs = {});

}  // namespace mlabel
