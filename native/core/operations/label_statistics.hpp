// How many voxels each value of a label map has, and where they lie on average.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>

#include "image/affine.hpp"
#include "runtime/job.hpp"

namespace mlabel {

struct LabelStatistics {
  int64_t count = 0;
  /// Mean voxel index [i, j, k], truncated.
  Shape3 centroid{};
};

/// Every value but 0 of a uint8, int16 or int32 map [I, J, K], ascending; negative values are left out.
/// Quickest where the first axis is the fastest in memory. `context` is polled.
std::map<int64_t, LabelStatistics> labelStatistics(const at::Tensor& labels, const JobContext& context);

}  // namespace mlabel
