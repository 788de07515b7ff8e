// MONAI's blocks "Convolution" (convolution, then ADN) and "ResidualUnit" (such blocks around which the input is added).
#pragma once

#include <ATen/core/Generator.h>
#include <torch/nn/module.h>

#include <memory>
#include <optional>
#include <vector>

#include "networks/adn.hpp"

namespace mlabel {

struct ConvolutionOptions {
  int64_t inChannels = 1;
  int64_t outChannels = 1;
  std::vector<int64_t> kernel, stride, padding;  ///< one number a spatial axis
  bool transposed = false;                       ///< with output padding stride - 1, so that sizes grow by the stride
  bool bias = true;
  std::optional<at::Generator> generator = {};  ///< draws the first weights; without one they are zeros
};

/// torch.nn.ConvNd or ConvTransposeNd: "weight", "bias", initialised in that order as Python does.
class ConvolutionLayer : public torch::nn::Module {
 public:
  explicit ConvolutionLayer(ConvolutionOptions options);
  at::Tensor forward(const at::Tensor& input) const;
  const ConvolutionOptions& options() const { return options_; }

  at::Tensor weight;  ///< [out, in, …], transposed [in, out, …]
  at::Tensor bias;    ///< [out] or undefined

 private:
  ConvolutionOptions options_;
};

/// How a network's layers are run; see Network::run.
class LayerRunner {
 public:
  virtual ~LayerRunner() = default;
  /// adn(convolution(input)) + addend; `adn` may be null, `addend` (of the result's shape) undefined.
  virtual at::Tensor convolve(const ConvolutionLayer& convolution, const Adn* adn, const at::Tensor& input,
                              const at::Tensor& addend) = 0;
};

/// What a network's blocks have in common.
class Block : public torch::nn::Module {
 public:
  virtual at::Tensor run(const at::Tensor& input, LayerRunner& runner) const = 0;
};

/// monai.networks.blocks.Convolution: children "conv" and, unless `adn` is null, "adn".
class ConvolutionBlock : public Block {
 public:
  ConvolutionBlock(const ConvolutionOptions& options, const AdnOptions* adn);
  at::Tensor run(const at::Tensor& input, LayerRunner& runner) const override { return run(input, runner, {}); }
  at::Tensor run(const at::Tensor& input, LayerRunner& runner, const at::Tensor& addend) const;

 private:
  std::shared_ptr<ConvolutionLayer> convolution_;
  std::shared_ptr<Adn> adn_;
};

struct ResidualUnitOptions {
  ConvolutionOptions first;          ///< of the first subunit; the others have stride 1
  int64_t subunits = 2;              ///< at least one
  bool lastConvolutionOnly = false;  ///< no ADN after the last subunit
};

/// monai.networks.blocks.ResidualUnit: children "conv.unit0", "conv.unit1", … and "residual", a convolution where the
/// size or the number of channels changes.
class ResidualUnit : public Block {
 public:
  ResidualUnit(const ResidualUnitOptions& options, const AdnOptions& adn);
  at::Tensor run(const at::Tensor& input, LayerRunner& runner) const override;

 private:
  std::vector<std::shared_ptr<ConvolutionBlock>> units_;
  std::shared_ptr<ConvolutionLayer> residual_;
};

}  // namespace mlabel
