// One step of a training: forward, loss, backward, update.
#pragma once

#include <c10/core/Device.h>

#include <memory>

#include "networks/network.hpp"
#include "training/batch_loader.hpp"
#include "training/loss.hpp"
#include "training/optimizer.hpp"

namespace mlabel {

class TrainingStep {
 public:
  /// `network` is on `device`; `loss` and `optimizer` must outlive this.
  TrainingStep(std::shared_ptr<Network> network, const Loss& loss, Optimizer& optimizer, c10::Device device);

  struct Result {
    double loss = 0;
    /// [N, 1, …] and [N, classes, …] on the device, detached.
    at::Tensor labels;
    at::Tensor logits;
  };

  /// Throws Cancelled between its parts and leaves the network, running statistics included, as it was before.
  /// Throws InvalidInput when the loss is not finite, OutOfMemory.
  Result run(const Batch& batch, const JobContext& context);

 private:
  std::shared_ptr<Network> network_;
  const Loss& loss_;
  Optimizer& optimizer_;
  c10::Device device_;
};

}  // namespace mlabel
