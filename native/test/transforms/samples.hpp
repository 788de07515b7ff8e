// Samples made by hand and the golden ones, for the tests of transforms.
#pragma once

#include <ATen/ATen.h>

#include <fstream>

#include "golden.hpp"
#include "runtime/json.hpp"
#include "transforms/grid.hpp"
#include "transforms/pipeline.hpp"

namespace mlabel::test {

inline Json readJson(const std::string& name) { return parseJson(readText(goldenPath(name))); }

/// A sample with images of the given keys, all on one grid.
inline Sample sampleOf(const std::map<std::string, at::Tensor>& tensors, const Affine& affine = {}) {
  Sample sample;
  for (const auto& [key, data] : tensors) sample.images[key] = {data, affine, {}, {}};
  return sample;
}

/// One channel of voxels along the first axis.
inline at::Tensor row(const std::vector<float>& values) {
  return at::tensor(values).view({1, static_cast<int64_t>(values.size()), 1, 1});
}

/// `data` after one transform with the key "image".
inline SampleImage transformed(const Json& spec, at::Tensor data, const Affine& affine = {}) {
  Sample sample = sampleOf({{"image", std::move(data)}}, affine);
  Pipeline(Json::array({spec})).applyDeterministic(sample, {});
  return sample.images.at("image");
}

inline double largestDifference(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes()) return INFINITY;
  return a.numel() == 0 ? 0.0 : (a - b).abs().max().item<double>();
}

}  // namespace mlabel::test
