#include "networks/convolution.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <functional>
#include <numeric>

namespace mlabel {
namespace {

/// torch.nn.modules.conv._ConvNd.reset_parameters: kaiming_uniform_ with a = sqrt(5), operation by operation.
void initialise(const at::Tensor& weight, const at::Tensor& bias, const at::Generator& generator) {
  const at::NoGradGuard noGrad;
  const auto fanIn = static_cast<double>(weight.size(1) * weight[0][0].numel());
  const double gain = std::sqrt(2.0 / (1 + std::pow(std::sqrt(5.0), 2)));
  const double ofWeights = std::sqrt(3.0) * (gain / std::sqrt(fanIn));
  weight.uniform_(-ofWeights, ofWeights, generator);
  if (!bias.defined()) return;
  const double ofBias = 1 / std::sqrt(fanIn);
  bias.uniform_(-ofBias, ofBias, generator);
}

int64_t product(const std::vector<int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), int64_t{1}, std::multiplies<>());
}

}  // namespace

ConvolutionLayer::ConvolutionLayer(ConvolutionOptions options) : options_(std::move(options)) {
  std::vector<int64_t> shape{options_.outChannels, options_.inChannels};
  if (options_.transposed) std::swap(shape[0], shape[1]);
  shape.insert(shape.end(), options_.kernel.begin(), options_.kernel.end());
  weight = register_parameter("weight", at::zeros(shape));
  if (options_.bias) bias = register_parameter("bias", at::zeros({options_.outChannels}));
  if (options_.generator) initialise(weight, bias, *options_.generator);
}

at::Tensor ConvolutionLayer::forward(const at::Tensor& input) const {
  const auto& stride = options_.stride;
  const auto& padding = options_.padding;
  const bool flat = stride.size() == 2;
  // Not at::convolution, which does all of these: autocast on a CPU knows them by these names only.
  if (!options_.transposed) {
    return flat ? at::conv2d(input, weight, bias, stride, padding) : at::conv3d(input, weight, bias, stride, padding);
  }
  std::vector<int64_t> outputPadding = stride;
  for (int64_t& size : outputPadding) --size;
  return flat ? at::conv_transpose2d(input, weight, bias, stride, padding, outputPadding)
              : at::conv_transpose3d(input, weight, bias, stride, padding, outputPadding);
}

ConvolutionBlock::ConvolutionBlock(const ConvolutionOptions& options, const AdnOptions* adn) {
  convolution_ = register_module("conv", std::make_shared<ConvolutionLayer>(options));
  if (adn != nullptr) adn_ = register_module("adn", std::make_shared<Adn>(*adn, options.outChannels));
}

at::Tensor ConvolutionBlock::run(const at::Tensor& input, LayerRunner& runner, const at::Tensor& addend) const {
  return runner.convolve(*convolution_, adn_.get(), input, addend);
}

ResidualUnit::ResidualUnit(const ResidualUnitOptions& options, const AdnOptions& adn) {
  const auto sequence = register_module("conv", std::make_shared<torch::nn::Module>());
  ConvolutionOptions next = options.first;
  for (int64_t i = 0; i < options.subunits; ++i) {
    const bool bare = options.lastConvolutionOnly && i == options.subunits - 1;
    const auto unit = std::make_shared<ConvolutionBlock>(next, bare ? nullptr : &adn);
    units_.push_back(sequence->register_module("unit" + std::to_string(i), unit));
    next.inChannels = next.outChannels;
    next.stride.assign(next.stride.size(), 1);
  }

  ConvolutionOptions residual = options.first;
  const bool resized = product(residual.stride) != 1;
  if (!resized && residual.inChannels == residual.outChannels) return;
  if (!resized) {
    residual.kernel.assign(residual.kernel.size(), 1);
    residual.padding.assign(residual.padding.size(), 0);
  }
  residual_ = register_module("residual", std::make_shared<ConvolutionLayer>(residual));
}

at::Tensor ResidualUnit::run(const at::Tensor& input, LayerRunner& runner) const {
  const at::Tensor residual = residual_ ? runner.convolve(*residual_, nullptr, input, {}) : input;
  at::Tensor x = input;
  for (size_t i = 0; i + 1 < units_.size(); ++i) x = units_[i]->run(x, runner);
  return units_.back()->run(x, runner, residual);
}

}  // namespace mlabel
