#include "training/objective.hpp"

#include <ATen/ATen.h>

#include <optional>

#include "training/autocast.hpp"

namespace mlabel {
namespace {

template <class Compute>
auto inPrecisionOf(const StepContext& context, c10::Device device, const Compute& compute) {
  std::optional<Autocast> autocast;
  if (context.precision == Precision::BFloat16) autocast.emplace(device.type());
  return compute();
}

}  // namespace

at::Tensor logitsOf(const Network& network, const at::Tensor& image, const StepContext& context) {
  return inPrecisionOf(context, image.device(), [&] { return network.forward(image, context.job); }).to(at::kFloat);
}

Outputs outputsOf(const Network& network, const at::Tensor& image, const StepContext& context) {
  Outputs outputs =
      inPrecisionOf(context, image.device(), [&] { return network.forwardWithHeads(image, context.job); });
  outputs.main = outputs.main.to(at::kFloat);
  for (at::Tensor& head : outputs.heads) head = head.to(at::kFloat);
  return outputs;
}

const at::Tensor& tensorOf(const Batch& batch, const std::string& key) {
  const auto found = batch.find(key);
  if (found != batch.end()) return found->second;
  throw Error(ErrorCode::InvalidInput, "trainTransforms leave no \"" + key + "\" to train with");
}

}  // namespace mlabel
