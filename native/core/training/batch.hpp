// What one step of a training learns from.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

namespace mlabel {

/// float32 [N, C, I, J, K] by key: "image", "label", and what else the transforms leave in a sample. N is the number of
/// cases times the crops of each. For a network in two dimensions K is 1 until the step takes it off.
using Batch = std::map<std::string, at::Tensor>;

}  // namespace mlabel
