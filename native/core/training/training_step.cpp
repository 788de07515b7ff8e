#include "training/training_step.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

namespace mlabel {

/// Running statistics change in the forward pass already; a step that is given up must put them back.
class TrainingStep::BuffersKept {
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

TrainingStep::TrainingStep(std::shared_ptr<Network> network, const Objective& objective, Optimizer& optimizer,
                           c10::Device device, GradientClipping clipping)
    : network_(std::move(network)),
      objective_(objective),
      optimizer_(optimizer),
      device_(device),
      clipping_(clipping) {}

TrainingStep::~TrainingStep() = default;

TrainingStep::Result TrainingStep::run(const Batch& batch, const StepContext& context, UpdatePart part) {
  try {
    return learn(batch, context, part);
  } catch (...) {
    buffers_.reset();
    throw;
  }
}

TrainingStep::Result TrainingStep::learn(const Batch& batch, const StepContext& context, UpdatePart part) {
  context.job.giveWay();
  const Batch moved = onDevice(batch);
  if (part.isFirst()) {
    optimizer_.zeroGrad();
    buffers_ = std::make_unique<BuffersKept>(*network_);
  }
  const Objective::Result result = objective_(*network_, moved, context);
  const auto value = result.loss.item<double>();
  if (!std::isfinite(value)) {
    throw Error(ErrorCode::InvalidInput, "the loss is not a finite number any more; lower the optimizer's lr");
  }
  context.job.check();
  (part.count == 1 ? result.loss : result.loss / part.count).backward();
  context.job.check();
  if (part.isLast()) update();
  return {value, tensorOf(moved, "label"), result.logits};
}

Batch TrainingStep::onDevice(const Batch& batch) const {
  const bool flat = network_->spatialDims() == 2;
  Batch moved;
  for (const auto& [key, tensor] : batch) moved[key] = (flat ? tensor.squeeze(-1) : tensor).to(device_);
  return moved;
}

void TrainingStep::update() {
  clipGradients(network_->parameters(), clipping_);
  buffers_->release();
  buffers_.reset();
  optimizer_.step();
}

}  // namespace mlabel
