// The arg-max of logits resampled to a grid that is turned against theirs.
#pragma once

#include <ATen/core/Tensor.h>

#include "runtime/job.hpp"
#include "transforms/resample.hpp"

namespace mlabel {

/// A box of logits [classes, …], float32 in main memory, of the resampler's source grid, which begins there at `begin` →
/// those of `labels` [1, …], uint8 or int16 of the whole target grid, whose neighbours all lie in the box. Interpolates as
/// Resampler does, in float64. The first class wins a tie. Memory: a few numbers for each thread.
void obliqueArgmax(const at::Tensor& logits, const Shape3& begin, const Resampler& resampler, const at::Tensor& labels,
                   const JobContext& context);

}  // namespace mlabel
