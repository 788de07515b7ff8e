// The arg-max of logits resampled along the axes, plane by plane.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>

#include "runtime/job.hpp"
#include "transforms/resample.hpp"

namespace mlabel {

/// [classes, I, J, K] float32 in main memory → `labels` [1, …], uint8 or int16, of the target grid of `samples`, any strides.
/// The first class wins a tie. Interpolates in float32: MONAI's float64 decides otherwise only where two classes agree to the
/// last digits. Memory: a few planes for each thread.
void separableArgmax(const at::Tensor& logits, const std::array<AxisSamples, 3>& samples, const at::Tensor& labels,
                     const JobContext& context);

}  // namespace mlabel
