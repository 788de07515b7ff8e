// What every network is. To add one: a file beside this one and a line in registry.cpp.
#pragma once

#include <torch/nn/module.h>

#include <memory>
#include <string>

#include "runtime/json.hpp"

namespace mlabel {

class LayerRunner;

/// A trainable network whose parameter and buffer names, and the order in which it initialises them, are MONAI's.
class Network : public torch::nn::Module {
 public:
  /// [N, in_channels, …] → logits [N, out_channels, …], spatial sizes kept. Differentiable.
  at::Tensor forward(const at::Tensor& input) const;

  /// The same with every convolution and what follows it done by `runner`: the layers as they are, or a prepared form
  /// of them (predictor.hpp). The topology is written here once for both.
  virtual at::Tensor run(const at::Tensor& input, LayerRunner& runner) const = 0;

  virtual int64_t inChannels() const = 0;
  virtual int64_t outChannels() const = 0;
  virtual int spatialDims() const = 0;
  /// Each spatial size of the input must be a multiple of this.
  virtual int64_t divisor() const = 0;
};

/// `{ "name": "UNet", "spatial_dims": 3, "in_channels": 1, … }` with MONAI's argument names and defaults.
/// Initialised from torch's global generator (torch::manual_seed). Throws InvalidInput.
std::shared_ptr<Network> makeNetwork(const Json& spec);

}  // namespace mlabel
