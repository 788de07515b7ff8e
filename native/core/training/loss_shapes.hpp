// The check that all losses share.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "runtime/error.hpp"

namespace mlabel {

/// Throws InvalidInput unless `target` has the batch and spatial sizes of `logits` and either one channel or as many.
inline void checkLossShapes(const std::string& loss, const at::Tensor& logits, const at::Tensor& target) {
  bool fits = logits.dim() >= 3 && logits.dim() == target.dim();
  for (int64_t axis = 0; fits && axis < logits.dim(); ++axis) {
    fits = logits.size(axis) == target.size(axis) || (axis == 1 && target.size(1) == 1);
  }
  if (fits) return;
  std::string sizes;
  for (const at::Tensor* tensor : {&logits, &target}) {
    sizes += sizes.empty() ? "network output [" : "], target [";
    for (int64_t axis = 0; axis < tensor->dim(); ++axis) {
      sizes += (axis == 0 ? "" : ", ") + std::to_string(tensor->size(axis));
    }
  }
  throw Error(ErrorCode::InvalidInput, loss + ": " + sizes + "] do not fit each other");
}

}  // namespace mlabel
