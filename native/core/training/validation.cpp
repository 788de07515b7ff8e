#include "training/validation.hpp"

#include <ATen/ATen.h>

#include "inferers/collect_logits.hpp"
#include "labels/class_map.hpp"
#include "networks/predictor.hpp"

namespace mlabel {

Validation::Validation(const std::vector<TrainCase>& cases, const Pipeline& pipeline, const Json& inferer,
                       CaseCache::Options cache)
    : cache_(cases, pipeline, cache), classes_(cache.classes), inferer_(makeInferer(inferer)) {}

std::optional<Metrics> Validation::run(const std::shared_ptr<Network>& network, c10::Device device,
                                       const JobContext& context) {
  // Windows report their own fraction, which is not a training's progress; the stop flag is what matters here.
  const JobContext quiet = context.silent();
  network->eval();
  const std::unique_ptr<Predictor> predictor = makePredictor(network, device, Precision::Float32);
  const auto predict = [&predictor, &quiet](const at::Tensor& windows) {
    // Nothing large is held between two windows.
    quiet.giveWay();
    return predictor->predict(windows, quiet);
  };
  const LedNetwork led{predict, network->spatialDims()};
  Metrics metrics;
  bool isEmpty = true;
  for (size_t i = 0; i < cache_.size(); ++i) {
    const std::optional<Sample> usable = cache_.usable(i, context);
    if (!usable) continue;
    const Sample& sample = *usable;
    isEmpty = false;
    const c10::InferenceMode inference;
    const at::Tensor image = sample.images.at("image").data.to(device);
    const at::Tensor label = labelMap(sample.images.at("label").data).to(device);
    metrics.add(classMap(inferLogits(*inferer_, image, led, quiet)), label, classes_);
  }
  network->train();
  if (isEmpty) return std::nullopt;
  return metrics;
}

}  // namespace mlabel
