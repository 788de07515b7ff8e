// From logits to the number of the class that wins at each voxel.
#pragma once

#include <ATen/core/Tensor.h>

namespace mlabel {

/// [C, spatial…] → [spatial…], uint8 for up to 256 classes, int16 beyond, in dense memory on the same device. The first
/// class wins a tie, and NaN is larger than any number, as at::argmax has it. One channel: 1 where the logit is at
/// least 0, which is where its sigmoid reaches 0.5. On a CPU one pass over float32 or bfloat16, planar or channels-last
/// in memory; other layouts are copied first.
at::Tensor classMap(const at::Tensor& logits);

}  // namespace mlabel
