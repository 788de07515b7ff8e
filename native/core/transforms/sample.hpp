// One case on its way through a pipeline: MONAI's data dictionary.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "image/volume.hpp"
#include "labels/label_values.hpp"
#include "transforms/trace.hpp"

namespace mlabel {

/// One key of the dictionary: voxels [C, I, J, K] (or [C, I, J, 1] of a 2-D image), where they are, what was done to
/// them, and the header of the file they came from.
struct SampleImage {
  at::Tensor data;
  Affine affine;
  Trace trace;
  ImageHeader source;
};

/// Where a person clicked: voxel index in the file, and the class of the model that belongs there (0: background).
struct Click {
  Vector3 index{};
  int64_t label = 0;
};

struct Sample {
  /// Files still to be loaded, by key ("image", "label").
  std::map<std::string, std::string> files;
  std::map<std::string, SampleImage> images;
  /// What the values of the label file are for the model; absent: its classes. What is not listed is background.
  std::optional<LabelValues> labelValues;
  /// In the order in which they were made.
  std::vector<Click> clicks;

  /// Throws InvalidInput naming `key` and `who` when the key is not there.
  SampleImage& at(const std::string& key, const std::string& who);
};

}  // namespace mlabel
