// What every training loss is. To add one: a file beside this one, a line in losses.inc and a builder in
// lib/pipeline/losses.ts.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "runtime/json.hpp"

namespace mlabel {

class Loss {
 public:
  virtual ~Loss() = default;

  /// `logits` [N, C, spatial…] float32; `target` [N, 1, spatial…] class numbers, or [N, C, spatial…] one-hot, float32.
  /// A differentiable scalar. Throws InvalidInput when the shapes do not fit each other.
  virtual at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const = 0;
};

/// `{ "name": "DiceCELoss", … }` with MONAI's arguments and defaults.
/// Throws InvalidInput for an unknown name, or a missing, misspelt or mistyped argument.
std::unique_ptr<Loss> makeLoss(const Json& spec);

}  // namespace mlabel
