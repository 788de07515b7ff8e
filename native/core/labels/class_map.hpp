// From logits to the number of the class that wins at each voxel.
#pragma once

#include <ATen/core/Tensor.h>

namespace mlabel {

/// The arg-max over the channels: [C, spatial…] → [spatial…], uint8 for up to 256 classes, int16 beyond, in dense memory on
/// the same device. The first class wins a tie, and NaN is larger than any number, as at::argmax has it. On a CPU one pass
/// over float32 or bfloat16, planar or channels-last in memory; other layouts are copied first.
at::Tensor argmaxMap(const at::Tensor& logits);

/// What a label means, [1, spatial…] class numbers or [classes, spatial…] one-hot: [spatial…] class numbers.
at::Tensor labelMap(const at::Tensor& label);

/// What a network means by its logits: the arg-max, but with one channel 1 where the logit is at least 0, which is where its
/// sigmoid reaches 0.5.
at::Tensor classMap(const at::Tensor& logits);

}  // namespace mlabel
