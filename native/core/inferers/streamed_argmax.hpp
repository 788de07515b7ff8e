// Inverse of the geometry and arg-max in one pass: classes × volume never exists at full resolution.
#pragma once

#include <ATen/core/Tensor.h>

#include "runtime/job.hpp"
#include "transforms/trace.hpp"

namespace mlabel {

/// The labels that MONAI Label gets by inverting `trace` on the logits, then softmax, then argmax (monai-core 2.8),
/// computed plane by plane with a running maximum: [classes, I, J, K] float32 on the network's grid → uint8 (int16 beyond
/// 256 classes) [1, I, J, K] on the file's grid, in file-order memory. The first class wins a tie.
/// Memory beyond the result: a few planes for each thread; where the grids are oblique to each other, eight planes times
/// classes. What was cropped, padded or turned behind the resampling is undone on the network's grid first.
at::Tensor invertAndArgmax(const at::Tensor& logits, const Trace& trace, const JobContext& context);

}  // namespace mlabel
