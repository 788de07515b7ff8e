#include "training/training_step.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

namespace mlabel {
namespace {

/// Running statistics change in the forward pass already; a step that is given up must put them back.
class BuffersKept {
 public:
  explicit BuffersKept(const Network& network) : live_(network.buffers()) {
    for (const at::Tensor& buffer : live_) before_.push_back(buffer.clone());
  }
  ~BuffersKept() {
    try {
      const at::NoGradGuard noGrad;
      for (size_t i = 0; i < before_.size(); ++i) live_[i].copy_(before_[i]);
    } catch (...) {  // the device has died, which the step's own error says
    }
  }
  BuffersKept(const BuffersKept&) = delete;
  BuffersKept& operator=(const BuffersKept&) = delete;
  void release() { before_.clear(); }

 private:
  std::vector<at::Tensor> live_;
  std::vector<at::Tensor> before_;
};

}  // namespace

TrainingStep::TrainingStep(std::shared_ptr<Network> network, const Loss& loss, Optimizer& optimizer, c10::Device device)
    : network_(std::move(network)), loss_(loss), optimizer_(optimizer), device_(device) {}

TrainingStep::Result TrainingStep::run(const Batch& batch, const JobContext& context) {
  context.giveWay();
  const bool flat = network_->spatialDims() == 2;
  const at::Tensor images = (flat ? batch.images.squeeze(-1) : batch.images).to(device_);
  const at::Tensor labels = (flat ? batch.labels.squeeze(-1) : batch.labels).to(device_);

  optimizer_.zeroGrad();
  BuffersKept buffers(*network_);
  const at::Tensor logits = network_->forward(images, context);
  context.check();
  const at::Tensor loss = loss_(logits, labels);
  const auto value = loss.item<double>();
  if (!std::isfinite(value)) {
    throw Error(ErrorCode::InvalidInput, "the loss is not a finite number any more; lower the optimizer's lr");
  }
  context.check();
  loss.backward();
  context.check();
  buffers.release();
  optimizer_.step();
  return {value, labels, logits.detach()};
}

}  // namespace mlabel
