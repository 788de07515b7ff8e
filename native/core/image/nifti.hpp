// NIfTI-1 and NIfTI-2 headers, as nibabel and MONAI read them (monai-core 2.1).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "image/volume.hpp"
#include "image/voxel_type.hpp"

namespace mlabel {

enum class VoxelEncoding { Raw, Gzip, Text, Hex };

/// Where the voxels of a file begin and how they are stored; the rest is in the header.
struct VoxelLayout {
  VoxelType type = VoxelType::Float32;
  /// NIfTI: bytes from the beginning of the file.
  uint64_t offset = 0;
  /// NRRD: lines and then bytes behind the header; -1 bytes: the voxels end with the file.
  int64_t lineSkip = 0;
  int64_t byteSkip = 0;
  VoxelEncoding encoding = VoxelEncoding::Raw;
  bool swap = false;
  /// True where the channel runs fastest on disk (NRRD's list axis in front), false where it runs slowest.
  bool channelFirst = false;
};

struct ParsedHeader {
  ImageHeader header;
  VoxelLayout layout;
};

/// Size of the header that these first four bytes announce: 348, 540, or 0 when they are not NIfTI.
size_t niftiHeaderSize(const unsigned char* firstFourBytes);

/// `bytes` is the whole header (348 or 540). Throws InvalidFile or Unsupported; `path` is for the sentence only.
/// What its forms and units mean is said at setPosition (image/nifti_position.hpp).
ParsedHeader parseNifti(const std::vector<char>& bytes, const std::string& path);

/// A little-endian header for voxels of `type` that begin right after it and four more bytes.
/// Geometry fields are those of `volume.header.raw` (widened or narrowed where the version differs) when the affine is
/// still that of the header; otherwise sform and qform are set from the affine.
std::vector<char> makeNiftiHeader(const Volume& volume, VoxelType type, ImageFormat version);

}  // namespace mlabel
