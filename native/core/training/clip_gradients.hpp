// torch.nn.utils.clip_grad_norm_ and clip_grad_value_.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

namespace mlabel {

/// How gradients are bounded before an update of the weights; at most one of them is set.
struct GradientClipping {
  /// All gradients are scaled by one factor so that their 2-norm, as of one vector, is at most this.
  std::optional<double> norm;
  /// Every gradient is cut to [-value, value].
  std::optional<double> value;
};

void clipGradients(const std::vector<at::Tensor>& parameters, const GradientClipping& clipping);

}  // namespace mlabel
