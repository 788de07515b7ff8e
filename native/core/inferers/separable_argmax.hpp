// The arg-max of logits resampled along the axes, plane by plane.
#pragma once

#include <ATen/core/Tensor.h>

#include "runtime/job.hpp"
#include "transforms/resample.hpp"

namespace mlabel {

/// [classes, I, J, K] float32 of the resampler's source grid → `labels` [1, …] of its target grid, uint8 or int16, dense
/// in any order of axes. The first class wins a tie. `resampler` must be separable and not the identity.
/// Interpolates in float32: MONAI's float64 decides otherwise only where two classes agree to the last digits.
/// Memory: a few planes for each thread.
void separableArgmax(const at::Tensor& logits, const Resampler& resampler, const at::Tensor& labels,
                     const JobContext& context);

}  // namespace mlabel
