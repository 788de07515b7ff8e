// How a network is led over a volume. To add an inferer: a file beside this one and a line in registry.cpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

#include "runtime/job.hpp"

namespace mlabel {

/// [N, C, …] → logits [N, classes, …] of the same spatial size.
using PredictFunction = std::function<at::Tensor(const at::Tensor&)>;

class Network;

class Inferer {
 public:
  virtual ~Inferer() = default;

  /// `image` is [C, I, J, K] (or [C, I, J] for a 2-D network) float32; returns logits [classes, I, J, K].
  /// `context` is polled and told {"stage": "infer", "done": fraction} between windows.
  virtual at::Tensor infer(const at::Tensor& image, const PredictFunction& predict,
                           const JobContext& context) const = 0;

  /// Throws InvalidInput where the sizes that it asks for are none that the network takes. Sizes that come from the image
  /// are left to the network.
  virtual void checkFor(const Network&) const {}
};

/// `{ "name": "SlidingWindowInferer", "roi_size": […], … }` or `{ "name": "SimpleInferer" }`, MONAI's arguments and defaults.
std::unique_ptr<Inferer> makeInferer(const Json& spec);

}  // namespace mlabel
