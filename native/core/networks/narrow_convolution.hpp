// Convolutions to a few channels at full resolution: the last layers of a segmentation network.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "networks/convolution.hpp"

namespace mlabel {

/// oneDNN computes output channels in vectors, so that a convolution to two of them costs what one to sixteen would: a
/// third of the spleen UNet's time on a 160³ window. Here vectors hold taps or voxels instead.
class NarrowConvolution {
 public:
  /// A 3-D convolution with kernel 3 and padding 1 to at most eight channels: transposed with stride 2, or plain with
  /// stride 1 from at most eight channels.
  static bool fits(const ConvolutionOptions& options);

  /// As PackedConvolution; weights and bias are float32.
  NarrowConvolution(const ConvolutionOptions& options, const at::Tensor& weight, const at::Tensor& bias,
                    std::optional<double> slope);

  /// [N, C, D, H, W] float32 or bfloat16 → [N, out, …] float32, contiguous. CPU, under InferenceMode.
  at::Tensor run(const at::Tensor& input) const;

 private:
  at::Tensor upsample(const at::Tensor& input) const;
  at::Tensor convolve(const at::Tensor& input) const;

  bool transposed_;
  /// transposed: [in, kd, kh, (kw 1, kw 2, kw 0), out], the last four as one row, padded to whole tiles;
  /// plain: [out, in, kd, kh, kw].
  std::vector<float> weight_;
  std::vector<float> bias_;
  float slope_;  ///< 1: no activation
};

}  // namespace mlabel
