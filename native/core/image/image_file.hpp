// The only door between image files and volumes: NIfTI-1/2 and NRRD, by content, not by suffix.
#pragma once

#include <string>
#include <vector>

#include "image/segmentation.hpp"
#include "image/volume.hpp"
#include "runtime/job.hpp"

namespace mlabel {

struct ReadLimits {
  /// Largest number of bytes that the voxels may take once decoded to float32.
  int64_t maxBytes = int64_t{8} << 30;
};

/// Reads and checks a header only; of a compressed file no more than the header is inflated.
/// Throws NotFound, Io, InvalidFile (truncated, lying, unknown format) or TooLarge (beyond `limits`).
ImageHeader readHeader(const std::string& path, const JobContext& context = {}, const ReadLimits& limits = {});

/// Reads a whole image as float32, slope and intercept applied in double as nibabel does (LoadImage, monai-core 2.1).
/// Sizes are checked against the header, the limit and the file before memory is asked for; inflating is bounded by
/// what the header promises. NaN and -inf become the lowest finite value, +inf the highest, and are counted in
/// header.replacedVoxels: one of them would spoil every mean and scale. An image without a finite voxel is refused.
/// `context` is polled while reading.
Volume readImage(const std::string& path, const JobContext& context = {}, const ReadLimits& limits = {});

struct WriteOptions {
  /// numpy name of the stored type; values are rounded half to even for integer types.
  std::string dtype = "float32";
  /// gzip: the suffix `.nii.gz` always compresses, `.nii` never; for `.nrrd` this decides.
  bool compress = false;
  /// What the values are, for `.seg.nrrd`: written as 3D Slicer does.
  std::vector<Segment> segments = {};
};

/// Writes [C, I, J, K] (any strides, any numeric type) by the suffix of `path`: .nii, .nii.gz, .nrrd.
/// With `volume.header.raw` from a file of the same format the geometry fields are repeated bit for bit; from another
/// format they are converted. Written to a temporary name beside `path`, synced, then renamed; nothing is left behind
/// when it fails. Throws InvalidInput (a value that the type cannot hold), Unsupported (suffix, type), Io (full disk, …),
/// Cancelled.
void writeImage(const std::string& path, const Volume& volume, const WriteOptions& options,
                const JobContext& context = {});

/// The bytes of that file, for an answer that needs none on disk; `name` gives the suffix. Throws as writeImage does but for
/// Io; TooLarge, OutOfMemory where they do not fit.
std::vector<uint8_t> encodeImage(const std::string& name, const Volume& volume, const WriteOptions& options,
                                 const JobContext& context = {});

}  // namespace mlabel
