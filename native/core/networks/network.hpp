// What every network is. To add one: a file beside this one and a line in list.inc.
#pragma once

#include <ATen/core/Generator.h>
#include <torch/nn/module.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/job.hpp"

namespace mlabel {

class LayerRunner;

/// What a network gives in training.
struct Outputs {
  /// Logits [N, out_channels, …], spatial sizes kept: what inference uses.
  at::Tensor main;
  /// For deep supervision, in MONAI's order, each of its own spatial size; empty where a network has none.
  std::vector<at::Tensor> heads;
};

/// A trainable network whose parameter and buffer names, and the order in which it initialises them, are MONAI's.
class Network : public torch::nn::Module {
 public:
  /// [N, in_channels, …] → logits [N, out_channels, …], spatial sizes kept. Differentiable. `context` is polled from
  /// layer to layer.
  at::Tensor forward(const at::Tensor& input, const JobContext& context = {}) const;

  /// The same with what deep supervision needs beside it.
  Outputs forwardWithHeads(const at::Tensor& input, const JobContext& context = {}) const;

  /// The same with every convolution and what follows it done by `runner`: the layers as they are, or a prepared form
  /// of them (predictor.hpp). The topology is written here once for both.
  virtual at::Tensor run(const at::Tensor& input, LayerRunner& runner) const = 0;

  /// A network with heads computes them here, and leaves them out in `run`.
  virtual Outputs runWithHeads(const at::Tensor& input, LayerRunner& runner) const { return {run(input, runner), {}}; }

  virtual int64_t inChannels() const = 0;
  virtual int64_t outChannels() const = 0;
  virtual int spatialDims() const = 0;
  /// Each spatial size of the input must be a multiple of this.
  virtual int64_t divisor() const = 0;

  /// Throws InvalidInput for an input whose sizes the network cannot take, with those that it can.
  void checkSizes(const at::Tensor& input) const;

  /// Dropout draws from `generator` from now on, which must be the device's; from torch's global one before.
  void drawFrom(const at::Generator& generator);
};

/// `{ "name": "UNet", "spatial_dims": 3, "in_channels": 1, … }` with MONAI's argument names and defaults. Its first
/// weights are drawn from `generator` in PyTorch's order; without one they are zeros, to be loaded. Throws
/// InvalidInput.
std::shared_ptr<Network> makeNetwork(const Json& spec, const std::optional<at::Generator>& generator = {});

}  // namespace mlabel
