#include "networks/predictor.hpp"

#include <ATen/ATen.h>

#include "networks/fused_predictor.hpp"
#include "networks/packed_convolution.hpp"

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

  at::Tensor predict(const at::Tensor& input, const JobContext&) override {
    return network_->forward(input.to(type_)).to(at::kFloat);
  }
  std::string backend() const override { return "ATen"; }

 private:
  std::shared_ptr<Network> network_;
  at::ScalarType type_;
};

}  // namespace

bool supportsBFloat16(c10::Device device) {
  if (device.is_cpu()) return oneDnnAvailable() && oneDnnHasBFloat16();
  return true;  // every GPU that the CUDA builds of libtorch still serve computes in it
}

std::unique_ptr<Predictor> makePredictor(const std::shared_ptr<Network>& network, c10::Device device,
                                         Precision precision) {
  const bool brief = precision == Precision::BFloat16;
  if (brief && !supportsBFloat16(device)) {
    throw Error(ErrorCode::Unsupported, "bfloat16 is not supported on " + device.str());
  }
  if (device.is_cpu() && oneDnnAvailable()) return makeFusedPredictor(network, precision);
  return std::make_unique<ModulePredictor>(network, device, brief ? at::kBFloat16 : at::kFloat);
}

}  // namespace mlabel
