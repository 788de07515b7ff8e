// How a network is led over a volume. To add an inferer: a file beside this one and a line in list.inc.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>

#include "inferers/logit_sink.hpp"
#include "runtime/job.hpp"

namespace mlabel {

/// [N, C, …] → logits [N, classes, …] of the same spatial size, in fresh memory.
using PredictFunction = std::function<at::Tensor(const at::Tensor&)>;

/// What is led: a network of two or three spatial axes.
struct LedNetwork {
  PredictFunction predict;
  int spatialDims = 3;
};

class Network;

class Inferer {
 public:
  virtual ~Inferer() = default;

  /// Leads `network` over `image` [C, I, J, K] float32 (K = 1 for a 2-D image) and gives the logits to `sink`.
  /// `context` is polled and told {"stage": "infer", "done": fraction} between windows. Throws InvalidInput where the
  /// network is for 2-D images and the image is a volume, unless the inferer goes through it slice by slice.
  virtual void infer(const at::Tensor& image, const LedNetwork& network, LogitSink& sink,
                     const JobContext& context) const = 0;

  /// Throws InvalidInput where the sizes that it asks for are none that the network takes. Sizes that come from the image
  /// are left to the network.
  virtual void checkFor(const Network&) const {}
};

/// `{ "name": "SlidingWindowInferer", "roi_size": […], … }`, MONAI's arguments and defaults. Throws InvalidInput.
std::unique_ptr<Inferer> makeInferer(const Json& spec);

/// A 2-D network as one for windows [N, C, I, J, K] whose size is 1 along `axis`: the only place that squeezes.
PredictFunction acrossAxis(PredictFunction predict, int axis);

/// `network` for windows of `image`, with three axes in any case. Throws InvalidInput, as `who`, for a 2-D network on a
/// volume.
PredictFunction onWindows(const LedNetwork& network, const at::Tensor& image, const std::string& who);

}  // namespace mlabel
