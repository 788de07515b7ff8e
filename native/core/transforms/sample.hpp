// One case on its way through a pipeline: MONAI's data dictionary.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "image/volume.hpp"
#include "labels/label_values.hpp"
#include "transforms/trace.hpp"

namespace mlabel {

/// Where a person clicked: voxel index in the file, and the class of the model that belongs there (0: background).
/// Among the values of an image it is an index of the image's present grid, and may lie between voxels or outside.
struct Click {
  Vector3 index{};
  int64_t label = 0;
};
using Points = std::vector<Click>;

/// What else is known of an image. Points move with its voxels (geometry.hpp), the rest stays as it is.
using Value = std::variant<double, std::string, std::vector<double>, Points, Affine>;

/// One key of the dictionary: voxels [C, I, J, K] (or [C, I, J, 1] of a 2-D image), where they are, what was done to
/// them, and the header of the file they came from.
struct SampleImage {
  at::Tensor data;
  Affine affine;
  Trace trace;
  ImageHeader source;
  /// By name: "clicks" are Points.
  std::map<std::string, Value> values = {};

  /// The value `name`; null when there is none or it is of another kind.
  template <class Kind>
  const Kind* value(const std::string& name) const {
    const auto found = values.find(name);
    return found == values.end() ? nullptr : std::get_if<Kind>(&found->second);
  }
};

struct Sample {
  /// Files still to be loaded, by key ("image", "label").
  std::map<std::string, std::string> files;
  std::map<std::string, SampleImage> images;
  /// What the values of the label file are for the model; absent: its classes. What is not listed is background.
  std::optional<LabelValues> labelValues;
  /// In the file "image", in the order in which they were made; the pipeline lays them on the image before the first transform
  /// that reads them.
  std::vector<Click> clicks;

  /// Throws InvalidInput naming `key` and `who` when the key is not there.
  SampleImage& at(const std::string& key, const std::string& who);
};

/// Makes the clicks, indices of the file that `image` was loaded from, its value "clicks", on the grid that it has now.
/// Throws InvalidInput for one outside the file.
void layClicks(SampleImage& image, const std::vector<Click>& clicks);

}  // namespace mlabel
