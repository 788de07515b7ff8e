// Inverse of the geometry and arg-max in one pass: classes × volume never exists at full resolution.
#pragma once

#include <ATen/core/Tensor.h>

#include "runtime/job.hpp"
#include "transforms/trace.hpp"

namespace mlabel {

/// The labels that MONAI Label gets by inverting `trace` on the logits, then softmax, then argmax (monai-core 2.8),
/// computed slab by slab with a running maximum: [classes, I, J, K] float32 on the network's grid → uint8 (int16 beyond
/// 256 classes) [1, I, J, K] on the file's grid, in file-order memory. The first class wins a tie.
/// Memory beyond the result: one slab of the file's slowest axis times classes.
at::Tensor invertAndArgmax(const at::Tensor& logits, const Trace& trace, const JobContext& context);

}  // namespace mlabel
