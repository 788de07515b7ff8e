// Where the windows of a volume start and how much each of their voxels counts.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace mlabel {

/// First voxels of the windows along one axis of `size` >= `roi` voxels, ascending; the last one ends at the border.
/// MONAI's dense_patch_slices with _get_scan_interval: the step is int(roi * (1 - overlap)), at least 1.
std::vector<int64_t> windowStarts(int64_t size, int64_t roi, double overlap);

/// MONAI's compute_importance_map(mode="gaussian"): float32 of shape `roi`, a product of bells with
/// sigma = sigmaScale * size, centred, never below max(its minimum, 1e-3).
at::Tensor gaussianImportance(const std::vector<int64_t>& roi, const std::vector<double>& sigmaScale);

}  // namespace mlabel
