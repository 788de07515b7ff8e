// The inner loops of NarrowConvolution, compiled for several generations of processors.
#pragma once

#include <cstdint>
#include <vector>

namespace mlabel {

/// Columns that multiplyRow computes at once; rows of weights are padded to a multiple.
constexpr int64_t tileColumns = 64;

/// A source row and the three weights of the first channel's taps along it.
struct RowTaps {
  const float* row;
  const float* weights;
};

struct NarrowKernels {
  /// products [voxels, columns] = row [voxels, inputs] · weights [inputs, columns]; columns are whole tiles.
  void (*multiplyRow)(const float* row, int64_t voxels, int64_t inputs, const float* weights, int64_t columns,
                      float* products);

  /// Adds to a row twice as long, sums [2 · voxels, channels], the products of each voxel with three taps:
  /// products [voxels, stride] begin with (place 2w, place 2w + 1, place 2w - 1) × channels.
  void (*addUpsampledRow)(const float* products, int64_t stride, int64_t voxels, int64_t channels, float* sums);

  /// sums [voxels, channels] through a leaky ReLU (slope 1: none) to planes `channelStride` apart.
  void (*activateToPlanar)(const float* sums, int64_t voxels, int64_t channels, float slope, float* out,
                           int64_t channelStride);

  /// One row of each channel: the sum over `count` source rows of their taps at w - 1, w, w + 1 (zero beyond the ends),
  /// bias and leaky ReLU. The weights of channel c lie c · weightStride further; rows of the result channelStride apart.
  void (*convolveRow)(const RowTaps* rows, int64_t count, int64_t width, int64_t channels, int64_t weightStride,
                      const float* bias, float slope, float* out, int64_t channelStride);
};

/// Every generation that this processor runs, the fastest first.
std::vector<NarrowKernels> narrowKernelsForThisProcessor();

/// The fastest.
const NarrowKernels& narrowKernels();

}  // namespace mlabel
