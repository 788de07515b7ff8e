// What the values of a label file stand for where they go: classes of a model, or values in another file.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "runtime/job.hpp"
#include "runtime/json.hpp"

namespace mlabel {

/// LabelValue of lib/engine/types.ts.
struct LabelValue {
  /// Of the file; 0 for one without layers.
  int64_t layer = 0;
  int64_t value = 0;
  int64_t target = 0;
  /// What sentences about it call it.
  std::string name;
};

using LabelValues = std::vector<LabelValue>;

/// The list under `field`; nothing when it is absent. Throws InvalidInput for a negative layer.
std::optional<LabelValues> parseLabelValues(const Args& args, const std::string& field);

/// Layers [L, I, J, K] of a label (uint8 or int32) → one layer [1, I, J, K] of targets, uint8 where they fit, else int32.
/// A value that is not listed becomes 0. Throws UnfitLabel, naming both, where two layers give a voxel two targets. `context` is
/// polled.
at::Tensor mergeLayers(const at::Tensor& layers, const LabelValues& values, const JobContext& context = {});

}  // namespace mlabel
