#include "networks/predictor.hpp"

#include <ATen/ATen.h>

#include "networks/fused_predictor.hpp"
#include "networks/packed_convolution.hpp"
#include "runtime/device.hpp"

namespace mlabel {
namespace {

/// The modules as they are.
class ModulePredictor : public Predictor {
 public:
  ModulePredictor(std::shared_ptr<Network> network, c10::Device device, at::ScalarType type)
      : network_(std::move(network)), type_(type) {
    network_->to(device, type);
    network_->eval();
  }

  at::Tensor predict(const at::Tensor& input, const JobContext& context) override {
    return network_->forward(input.to(type_), context).to(at::kFloat);
  }
  std::string backend() const override { return "ATen"; }
  int64_t bytes() const override { return bytesOf(*network_); }

 private:
  std::shared_ptr<Network> network_;
  at::ScalarType type_;
};

}  // namespace

int64_t bytesOf(const torch::nn::Module& network) {
  int64_t bytes = 0;
  for (const at::Tensor& parameter : network.parameters()) bytes += static_cast<int64_t>(parameter.nbytes());
  return bytes;
}

std::unique_ptr<Predictor> makeModulePredictor(const std::shared_ptr<Network>& network, c10::Device device,
                                               Precision precision) {
  const at::ScalarType type = precision == Precision::BFloat16 ? at::kBFloat16 : at::kFloat;
  return std::make_unique<ModulePredictor>(network, device, type);
}

bool supportsBFloat16(c10::Device device) {
  if (device.is_cpu()) return oneDnnAvailable() && oneDnnHasBFloat16();
  return computeCapability(device) >= 8;  // before Ampere cuDNN has no convolutions in it
}

std::unique_ptr<Predictor> makePredictor(const std::shared_ptr<Network>& network, c10::Device device,
                                         Precision precision) {
  if (precision == Precision::BFloat16 && !supportsBFloat16(device)) {
    throw Error(ErrorCode::Unsupported, "bfloat16 is not supported on " + device.str());
  }
  if (device.is_cpu() && oneDnnAvailable()) return makeFusedPredictor(network, precision);
  return makeModulePredictor(network, device, precision);
}

}  // namespace mlabel
