// Instance and group normalisation of what a convolution of oneDNN leaves, with the activation behind it.
#pragma once

#include <ATen/core/Tensor.h>

#include "networks/adn.hpp"

namespace mlabel {

/// `x`: float32 [N, C, …] whose channels lie together in memory (channels last), in main memory; changed in place. The mean
/// and the biased variance of each image and channel, or group of channels, as torch.nn.InstanceNormNd and GroupNorm take
/// them; then the norm's weight and bias, and a leaky ReLU (`slope` 1: none). ATen reads such memory voxel by voxel with a
/// stride, which takes longer than half of the convolution before it. Independent of the number of threads.
void normaliseChannels(const at::Tensor& x, const Norm& norm, double slope);

}  // namespace mlabel
