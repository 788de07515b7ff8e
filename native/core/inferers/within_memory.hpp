// An inference that goes on with less where memory runs out.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

#include "inferers/inferer.hpp"
#include "networks/predictor.hpp"

namespace mlabel {

/// A predictor on its device; `spatialDims` as LedNetwork has it.
struct LedPredictor {
  Predictor& predictor;
  c10::Device device;
  int spatialDims = 3;
};

/// Leads a predictor over `image` as Inferer::infer does, with windows and sums on its device. Where that runs out of memory,
/// `makeRoom` is called and it begins anew, window by window, with the sums in main memory; true if it did. Throws
/// OutOfMemory where that is too much as well, and what Inferer::infer throws.
bool inferWithinMemory(const Inferer& inferer, const at::Tensor& image, const LedPredictor& led, LogitSink& sink,
                       const std::function<void()>& makeRoom, const JobContext& context);

}  // namespace mlabel
