// One step of a training: forward, loss, backward, and an update of the weights after as many batches as it takes.
#pragma once

#include <c10/core/Device.h>

#include <memory>

#include "networks/network.hpp"
#include "training/clip_gradients.hpp"
#include "training/objective.hpp"
#include "training/optimizer.hpp"

namespace mlabel {

/// Where a batch stands among those whose gradients are averaged for one update of the weights.
struct UpdatePart {
  int64_t index = 0;
  int64_t count = 1;

  bool isFirst() const { return index == 0; }
  bool isLast() const { return index + 1 == count; }
};

class TrainingStep {
 public:
  /// `network` is on `device`; `objective` and `optimizer` must outlive this.
  TrainingStep(std::shared_ptr<Network> network, const Objective& objective, Optimizer& optimizer, c10::Device device,
               GradientClipping clipping = {});
  /// An update that lacks batches still is given up.
  ~TrainingStep();
  TrainingStep(const TrainingStep&) = delete;
  TrainingStep& operator=(const TrainingStep&) = delete;

  struct Result {
    double loss = 0;
    /// [N, 1, …] and [N, classes, …] on the device, detached.
    at::Tensor labels;
    at::Tensor logits;
  };

  /// Throws Cancelled between its parts and leaves the network, running statistics included, as it was before the first
  /// part of the update. Throws InvalidInput when the loss is not finite, OutOfMemory.
  Result run(const Batch& batch, const StepContext& context, UpdatePart part = {});

 private:
  class BuffersKept;

  Batch onDevice(const Batch& batch) const;
  Result learn(const Batch& batch, const StepContext& context, UpdatePart part);
  void update();

  std::shared_ptr<Network> network_;
  const Objective& objective_;
  Optimizer& optimizer_;
  c10::Device device_;
  GradientClipping clipping_;
  /// From the first part of an update to its last.
  std::unique_ptr<BuffersKept> buffers_;
};

}  // namespace mlabel
