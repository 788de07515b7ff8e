#include "inferers/within_memory.hpp"

#include <ATen/ATen.h>

namespace mlabel {

Inferred inferWithinMemory(const Inferer& inferer, const at::Tensor& image, Predictor& predictor, c10::Device device,
                           const std::function<void()>& makeRoom, const JobContext& context) {
  const auto together = [&](const at::Tensor& windows) {
    // Between two windows the device is idle and nobody's predictor at work.
    context.giveWay();
    return predictor.predict(windows.to(device), context);
  };
  try {
    return {inferer.infer(image, together, context).cpu(), false};
  } catch (...) {
    if (currentError().code() != ErrorCode::OutOfMemory) throw;
  }
  // Behind the handler, which holds what ran out of memory alive.
  makeRoom();
  const auto oneByOne = [&](const at::Tensor& windows) {
    std::vector<at::Tensor> logits;
    for (const at::Tensor& window : windows.split(1)) {
      context.giveWay();
      logits.push_back(predictor.predict(window.to(device), context).cpu());
    }
    return at::cat(logits);
  };
  return {inferer.infer(image, oneByOne, context), true};
}

}  // namespace mlabel
