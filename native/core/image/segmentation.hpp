// What a `.seg.nrrd` says of its segments, as 3D Slicer writes and reads it.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/json.hpp"

namespace mlabel {

struct Segment {
  std::string name;
  int64_t value = 0;
  /// Red, green, blue, 0 to 1.
  std::array<double, 3> color{};
};

/// The list under `field`, empty when it is absent: `{"name": "spleen", "value": 1, "color": [0.6, 0.4, 0.6]}` each.
/// Throws InvalidInput for a value of 0 or one that comes twice.
std::vector<Segment> parseSegments(const Args& args, const std::string& field);

/// The `key:=value` lines of a file with the voxels `labels` [I, J, K]: one layer, each segment with its extent.
std::string segmentationLines(const std::vector<Segment>& segments, const at::Tensor& labels);

}  // namespace mlabel
