#include "inferers/within_memory.hpp"

#include <ATen/ATen.h>

namespace mlabel {

bool inferWithinMemory(const Inferer& inferer, const at::Tensor& image, const LedPredictor& led, LogitSink& sink,
                       const std::function<void()>& makeRoom, const JobContext& context) {
  const auto together = [&](const at::Tensor& windows) {
    // Between two windows the device is idle and nobody's predictor at work.
    context.giveWay();
    return led.predictor.predict(windows.to(led.device), context);
  };
  try {
    inferer.infer(image, {together, led.spatialDims}, sink, context);
    return false;
  } catch (...) {
    if (currentError().code() != ErrorCode::OutOfMemory) throw;
  }
  // Behind the handler, which holds what ran out of memory alive.
  makeRoom();
  const auto oneByOne = [&](const at::Tensor& windows) {
    std::vector<at::Tensor> logits;
    for (const at::Tensor& window : windows.split(1)) {
      context.giveWay();
      logits.push_back(led.predictor.predict(window.to(led.device), context).cpu());
    }
    return at::cat(logits);
  };
  inferer.infer(image, {oneByOne, led.spatialDims}, sink, context);
  return true;
}

}  // namespace mlabel
