// Resampling from one grid to another: MONAI's SpatialResample, that is float64 grid_sample with border padding.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <vector>

#include "runtime/job.hpp"
#include "transforms/grid.hpp"
#include "transforms/trace.hpp"

namespace mlabel {

/// Voxel x of the target along one axis lies between `low[x]` and `high[x]` of the source, `weight[x]` towards the latter.
struct AxisSamples {
  std::vector<int64_t> low;
  std::vector<int64_t> high;
  std::vector<double> weight;
};

/// Made once for two grids; applied to any number of tensors. Immutable, so threads may share it.
class Resampler {
 public:
  /// Throws InvalidFile when the affine of `from` is singular.
  Resampler(const Grid& from, const Grid& to, Interpolation mode);

  /// Same size and, within MONAI's tolerance of 1e-3, the same place: nothing to do.
  bool identity() const { return identity_; }

  /// Every axis of the target runs along one axis of the source; only then, and without identity, there are `samples`.
  bool separable() const { return separable_; }
  const AxisSamples& samples(int axis) const { return samples_[axis]; }

  /// Index of the target → index of the source, which is clamped to the source's voxels.
  const Affine& indexMap() const { return indexMap_; }
  const Shape3& sourceShape() const { return from_.shape; }
  Interpolation mode() const { return mode_; }

  /// [C, I, J, K] of `from`, any strides → contiguous float32 [C, I, J, K] of `to`; as float32, unchanged, when identity.
  /// `context` is polled. Throws TooLarge, OutOfMemory, Cancelled.
  at::Tensor apply(const at::Tensor& data, const JobContext& context = {}) const;

  /// Only the voxels of `to` from `begin` on, `size` of them; for results that must not exist at once.
  at::Tensor applyRegion(const at::Tensor& data, const Shape3& begin, const Shape3& size,
                         const JobContext& context = {}) const;

 private:
  AxisSamples axisSamples(int axis) const;
  void separable(const at::Tensor& data, const Shape3& begin, at::Tensor& out, const JobContext& context) const;
  void general(const at::Tensor& data, const Shape3& begin, at::Tensor& out, const JobContext& context) const;

  Grid from_;
  Grid to_;
  Interpolation mode_;
  bool identity_ = false;
  bool separable_ = false;
  Affine indexMap_;
  std::array<AxisSamples, 3> samples_;
};

}  // namespace mlabel
