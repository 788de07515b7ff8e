// An inference that goes on with less where memory runs out.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

#include "inferers/inferer.hpp"
#include "networks/predictor.hpp"

namespace mlabel {

struct Inferred {
  /// In main memory.
  at::Tensor logits;
  /// It took the second try.
  bool frugal = false;
};

/// Leads `predictor` over `image` as Inferer::infer does, with windows and sums on `device`. Where that runs out of memory,
/// `makeRoom` is called and it is tried once more, window by window, with the sums in main memory. Throws OutOfMemory where
/// that is too much as well, and what Inferer::infer throws.
Inferred inferWithinMemory(const Inferer& inferer, const at::Tensor& image, Predictor& predictor, c10::Device device,
                           const std::function<void()>& makeRoom, const JobContext& context);

}  // namespace mlabel
