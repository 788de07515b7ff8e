// What follows a convolution in MONAI: activation, dropout, normalisation, in an order of one's choice.
#pragma once

#include <ATen/core/Generator.h>
#include <torch/nn/module.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/json.hpp"

namespace mlabel {

enum class NormKind { Batch, Instance, Group };

/// monai.networks.layers.get_norm_layer: "batch", or ["instance", {"affine": true}].
struct NormOptions {
  NormKind kind = NormKind::Instance;
  bool affine = false;
  double eps = 1e-5;
  double momentum = 0.1;  ///< batch only
  int64_t groups = 1;     ///< group only
};

enum class ActivationKind { Prelu, Relu, LeakyRelu };

/// monai.networks.layers.get_act_layer: "PRELU", or ["leakyrelu", {"negative_slope": 0.1}].
struct ActivationOptions {
  ActivationKind kind = ActivationKind::Prelu;
  double slope = 0.25;     ///< PReLU: the initial one
  int64_t parameters = 1;  ///< PReLU only: one slope, or one a channel
};

struct AdnOptions {
  /// Steps that are there, in order: a subset of 'A', 'D', 'N'.
  std::string ordering = "NDA";
  NormOptions norm;
  ActivationOptions activation;
  double dropout = 0;
};

/// Reads MONAI's arguments act, norm, dropout and adn_ordering.
/// Throws InvalidInput naming the argument.
AdnOptions readAdnOptions(const Args& args);

/// Normalisation over [N, C, …] with the names of torch.nn.BatchNormNd, InstanceNormNd or GroupNorm.
class Norm : public torch::nn::Module {
 public:
  Norm(const NormOptions& options, int64_t channels);
  at::Tensor forward(const at::Tensor& input) const;
  const NormOptions& options() const { return options_; }

  at::Tensor weight, bias;                             ///< [C]; undefined without affine
  at::Tensor runningMean, runningVar, batchesTracked;  ///< [C], [C], int64 scalar; batch only

 private:
  NormOptions options_;
};

class Activation : public torch::nn::Module {
 public:
  explicit Activation(const ActivationOptions& options);
  at::Tensor forward(const at::Tensor& input) const;
  const ActivationOptions& options() const { return options_; }

  at::Tensor weight;  ///< PReLU's slopes

 private:
  ActivationOptions options_;
};

/// monai.networks.blocks.ADN: children "N" and "A" (dropout owns no names).
class Adn : public torch::nn::Module {
 public:
  Adn(const AdnOptions& options, int64_t channels);
  at::Tensor forward(at::Tensor x) const;
  const AdnOptions& options() const { return options_; }
  const Norm* norm() const { return norm_.get(); }
  const Activation* activation() const { return activation_.get(); }
  /// See Network::drawFrom.
  void drawFrom(const at::Generator& generator) { generator_ = generator; }

 private:
  at::Tensor dropout(const at::Tensor& x) const;

  AdnOptions options_;
  std::optional<at::Generator> generator_;
  std::shared_ptr<Norm> norm_;
  std::shared_ptr<Activation> activation_;
};

}  // namespace mlabel
