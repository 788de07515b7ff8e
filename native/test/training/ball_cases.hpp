// Cases that a small network learns in seconds: a bright ball in noise, and its label.
#pragma once

#include <ATen/ATen.h>

#include <filesystem>
#include <string>
#include <vector>

#include "image/image_file.hpp"
#include "temporary_folder.hpp"
#include "training/train_options.hpp"

namespace mlabel::test {

/// image-<seed>.nii and label-<seed>.nii of side³ voxels in `folder`.
inline TrainCase writeBall(const TemporaryFolder& folder, int seed, int64_t side = 24) {
  at::manual_seed(static_cast<uint64_t>(seed));
  const at::Tensor line = at::arange(side, at::kFloat);
  const at::Tensor center = at::rand({3}) * (static_cast<double>(side) / 3) + static_cast<double>(side) / 3;
  const at::Tensor squared = (line - center[0]).pow(2).view({-1, 1, 1}) + (line - center[1]).pow(2).view({1, -1, 1}) +
                             (line - center[2]).pow(2).view({1, 1, -1});
  const at::Tensor ball = squared.lt(static_cast<double>(side * side) / 16).to(at::kFloat).unsqueeze(0);
  const TrainCase item{
      folder / ("image-" + std::to_string(seed) + ".nii"), folder / ("label-" + std::to_string(seed) + ".nii"), {}};
  writeImage(item.image, {ball + 0.5 * at::rand_like(ball), {}, {}}, {.dtype = "float32"});
  writeImage(item.label, {ball, {}, {}}, {.dtype = "uint8"});
  return item;
}

inline std::vector<TrainCase> writeBalls(const TemporaryFolder& folder, int count) {
  std::vector<TrainCase> cases;
  for (int seed = 0; seed < count; ++seed) cases.push_back(writeBall(folder, seed));
  return cases;
}

/// The image with itself as a second channel, in a file beside it.
inline std::string writeTwice(const std::string& image) {
  const std::string path = image.substr(0, image.size() - 4) + "-twice.nii";
  const at::Tensor voxels = readImage(image).data;
  writeImage(path, {at::cat({voxels, voxels}), {}, {}}, {.dtype = "float32"});
  return path;
}

inline Json loadingTransforms() {
  const Json keys{"image", "label"};
  return Json::array({{{"name", "LoadImaged"}, {"keys", "image"}},
                      {{"name", "LoadLabeld"}, {"keys", "label"}},
                      {{"name", "EnsureChannelFirstd"}, {"keys", keys}}});
}

/// Crops of 16³ around foreground and background in equal parts, flipped and shifted at random.
inline Json trainingTransforms(int crops) {
  const Json keys{"image", "label"};
  Json specs = loadingTransforms();
  specs.push_back({{"name", "RandCropByPosNegLabeld"},
                   {"keys", keys},
                   {"label_key", "label"},
                   {"spatial_size", {16, 16, 16}},
                   {"pos", 1},
                   {"neg", 1},
                   {"num_samples", crops}});
  specs.push_back({{"name", "RandFlipd"}, {"keys", keys}, {"spatial_axis", 0}, {"prob", 0.5}});
  specs.push_back({{"name", "RandShiftIntensityd"}, {"keys", {"image"}}, {"offsets", 0.1}, {"prob", 0.5}});
  return specs;
}

}  // namespace mlabel::test
