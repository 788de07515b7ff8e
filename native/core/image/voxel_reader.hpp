// An image file, open at its voxels: what readImage and readLabel have in common.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>

#include "image/byte_source.hpp"
#include "image/image_file.hpp"
#include "image/nifti.hpp"

namespace mlabel {

class TextVoxels;

class VoxelReader {
 public:
  /// Reads the header, and checks sizes and position before anybody asks for memory. `context` is polled then and in `read`.
  /// Throws what readHeader throws.
  VoxelReader(const std::string& path, const JobContext& context, const ReadLimits& limits);

  const std::string& path() const { return path_; }
  const ImageHeader& header() const { return parsed_.header; }
  const VoxelLayout& layout() const { return parsed_.layout; }
  Scaling scaling() const { return {header().slope, header().intercept}; }

  /// Voxels of all channels.
  uint64_t count() const { return count_; }
  /// "[3, 4, 5]" of the voxel that lies at this place of the file, with its channel where there are several.
  std::string nameOfVoxel(uint64_t place) const;

  /// Memory in file order, seen as [C, I, J, K].
  at::Tensor emptyTensor(at::ScalarType type) const;

  /// Takes `count` stored voxels; `first` is the place in the file of the first one.
  using Take = std::function<void(const char* stored, size_t count, uint64_t first)>;

  /// Calls `take` for all voxels, chunk after chunk, on another thread while the next chunk is inflated. Once.
  /// Throws what `take` throws; InvalidFile where the file is damaged or too short.
  void read(const Take& take);

 private:
  /// Reads `count` stored voxels; returns how many bytes of them there were.
  size_t readStored(char* stored, size_t count, TextVoxels& text);

  std::string path_;
  ByteSource source_;
  ParsedHeader parsed_;
  uint64_t count_ = 0;
};

}  // namespace mlabel
