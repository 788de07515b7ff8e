// A convolution with its activation as one oneDNN primitive, the weights laid out for the sizes of its input.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <optional>
#include <vector>

#include "networks/convolution.hpp"

namespace mlabel {

/// True when this libtorch has oneDNN and its processor can run it.
bool oneDnnAvailable();

/// oneDNN's own check that the processor has bfloat16 arithmetic or what emulates it quickly.
bool oneDnnHasBFloat16();

class PackedConvolution {
 public:
  /// Weights as in ConvolutionLayer, contiguous, float32 or bfloat16 like the inputs to come; `bias` may be undefined.
  /// `slope`: a leaky ReLU with this negative slope follows (0: ReLU).
  PackedConvolution(ConvolutionOptions options, at::Tensor weight, at::Tensor bias, std::optional<double> slope);

  /// [N, C, …] → [N, out, …], channels last, of the weights' type. CPU, under InferenceMode. Not for several threads at once.
  at::Tensor run(const at::Tensor& given);

 private:
  const at::Tensor& packedFor(const at::Tensor& input);

  ConvolutionOptions options_;
  at::Tensor weight_, bias_;
  std::optional<double> slope_;
  std::vector<int64_t> dilation_, outputPadding_;
  std::map<std::vector<int64_t>, at::Tensor> packed_;  ///< by the sizes of the input
};

}  // namespace mlabel
