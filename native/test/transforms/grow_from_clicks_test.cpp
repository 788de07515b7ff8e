#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "samples.hpp"

namespace mlabel {
namespace {

const Json kGrow = {{"name", "GrowFromClicksd"}, {"keys", "image"}, {"classes", 3}, {"tolerance", 10}, {"reach", 20}};

const Json kTurn = {{"name", "Orientationd"}, {"keys", "image"}, {"axcodes", "RAS"}};

/// The class of each voxel after growing from `clicks`, on the grid of the file, which is another one in between.
at::Tensor grown(const at::Tensor& image, const Affine& affine, const std::vector<Click>& clicks,
                 const Json& spec = kGrow, Json before = Json::array({kTurn})) {
  Sample sample = test::sampleOf({{"image", image}}, affine);
  SampleImage& entry = sample.images.at("image");
  entry.source.affine = affine;
  for (int axis = 0; axis < 3; ++axis) entry.source.shape[axis] = image.size(axis + 1);
  layClicks(entry, clicks);
  before.push_back(spec);
  Pipeline(before).applyDeterministic(sample, {});
  const SampleImage& scores = sample.images.at("pred");
  return invertTrace(scores.data, scores.trace).argmax(0);
}

/// Intensities that avg_pool3d leaves as they are: constant over the two short axes, and steps three voxels wide.
at::Tensor wideRow(const std::vector<float>& values) {
  return at::tensor(values).reshape({1, static_cast<int64_t>(values.size()), 1, 1}).expand({1, -1, 2, 2}).contiguous();
}

std::vector<int64_t> classes(const at::Tensor& labels) {
  const at::Tensor line = labels.select(1, 0).select(1, 0).contiguous();
  return {line.const_data_ptr<int64_t>(), line.const_data_ptr<int64_t>() + line.numel()};
}

}  // namespace

TEST_CASE("GrowFromClicksd: grows through like tissue, stops at other tissue") {
  // Smoothed over three voxels, the step from 100 to 0 lies at 66.7 and 33.3: (1 + 3.3²) mm and more to cross.
  const at::Tensor image = wideRow({100, 100, 100, 100, 0, 0, 0, 0});
  CHECK(classes(grown(image, {}, {{{0, 0, 0}, 1}})) == std::vector<int64_t>{1, 1, 1, 1, 0, 0, 0, 0});
  CHECK(classes(grown(image, {}, {{{0, 0, 0}, 1}, {{7, 1, 1}, 2}})) == std::vector<int64_t>{1, 1, 1, 1, 2, 2, 2, 2});
}

TEST_CASE("GrowFromClicksd: the nearest click decides, the background holds back, reach ends") {
  const at::Tensor flat = wideRow(std::vector<float>(9, 50));
  CHECK(classes(grown(flat, {}, {{{0, 0, 0}, 1}, {{7, 0, 0}, 2}})) == std::vector<int64_t>{1, 1, 1, 1, 2, 2, 2, 2, 2});
  CHECK(classes(grown(flat, {}, {{{0, 0, 0}, 1}, {{5, 0, 0}, 0}})) == std::vector<int64_t>{1, 1, 1, 0, 0, 0, 0, 0, 0});
  Json spec = kGrow;
  spec["reach"] = 3.5;
  CHECK(classes(grown(flat, {}, {{{1, 0, 0}, 1}}, spec)) == std::vector<int64_t>{1, 1, 1, 1, 1, 0, 0, 0, 0});
}

TEST_CASE("GrowFromClicksd: a click is an index of the file, whatever the order of its axes") {
  at::Tensor image = at::zeros({1, 12, 10, 8});
  image.narrow(1, 2, 5).narrow(2, 1, 5).narrow(3, 3, 4).fill_(500);
  const at::Tensor inside = (image[0] > 0).to(at::kLong);
  std::array<int, 3> axes{0, 1, 2};
  int orders = 0;
  do {
    for (int flips = 0; flips < 8; ++flips, ++orders) {
      Affine affine;
      for (int axis = 0; axis < 3; ++axis) {
        for (int row = 0; row < 3; ++row) affine(row, axis) = row == axis ? 0 : 0.05;
        affine(axis, axis) = 0.05;
        affine(axes[axis], axis) = ((flips >> axis & 1) != 0 ? -1 : 1) * (1 + 0.3 * axis);
        affine(axis, 3) = 10 * axis - 7;
      }
      CAPTURE(axes[0] * 100 + axes[1] * 10 + axes[2]);
      CAPTURE(flips);
      const at::Tensor labels = grown(image, affine, {{{4, 3, 5}, 1}});
      CHECK(labels[4][3][5].item<int64_t>() == 1);
      // The smoothed edge may take the outermost layer away, and adds nothing.
      CHECK((labels * (1 - inside)).sum().item<int64_t>() == 0);
      CHECK(labels.sum().item<int64_t>() >= 3 * 3 * 2);
    }
  } while (std::next_permutation(axes.begin(), axes.end()));
  CHECK(orders == 48);
}

TEST_CASE("GrowFromClicksd: clicks are where they were behind turns, another spacing, crops and pads") {
  at::Tensor image = at::zeros({1, 14, 12, 10});
  image.narrow(1, 2, 9).narrow(2, 1, 8).narrow(3, 3, 6).fill_(500);
  const at::Tensor inside = (image[0] > 0).to(at::kLong);
  Affine affine;
  affine(0, 0) = -1;
  affine(2, 2) = 1.4;
  const Json before = Json::array({{{"name", "Spacingd"}, {"keys", "image"}, {"pixdim", 0.8}},
                                   {{"name", "Orientationd"}, {"keys", "image"}, {"axcodes", "PIR"}},
                                   {{"name", "CropForegroundd"}, {"keys", "image"}, {"source_key", "image"}},
                                   {{"name", "Rotate90d"}, {"keys", "image"}, {"spatial_axes", {1, 2}}},
                                   {{"name", "SpatialPadd"}, {"keys", "image"}, {"spatial_size", 20}}});
  const at::Tensor labels = grown(image, affine, {{{8, 2, 5}, 2}, {{12, 10, 1}, 0}}, kGrow, before);
  CHECK(labels[8][2][5].item<int64_t>() == 2);
  CHECK(labels.sum().item<int64_t>() >= 2 * 6 * 5 * 4);               // the smoothed edge takes a layer away
  CHECK((labels * (1 - inside)).sum().item<int64_t>() <= 2 * 9 * 8);  // a layer that interpolation made half bright
}

TEST_CASE("clicks lie where they would have moved to whenever they are laid, and none outside the file") {
  const Json load = {{"name", "LoadImaged"}, {"keys", "image"}},
             channel = {{"name", "EnsureChannelFirstd"}, {"keys", "image"}};
  const Json change = Json::array({{{"name", "Spacingd"}, {"keys", "image"}, {"pixdim", 0.8}},
                                   {{"name", "Flipd"}, {"keys", "image"}, {"spatial_axis", 1}},
                                   {{"name", "SpatialPadd"}, {"keys", "image"}, {"spatial_size", 30}}});
  const std::vector<Click> clicks{{{1, 0, 1}, 2}, {{0, 1, 0}, 1}};
  const auto laid = [&](bool early, const std::vector<Click>& given) {
    Sample sample;
    sample.files["image"] = test::goldenPath("images/qform.nii");
    Pipeline(Json::array({load, channel})).applyDeterministic(sample, {});
    if (early) layClicks(sample.images.at("image"), given);
    Pipeline(change).applyDeterministic(sample, {});
    if (!early) layClicks(sample.images.at("image"), given);
    return *sample.images.at("image").value<Points>("clicks");
  };
  const Points early = laid(true, clicks), late = laid(false, clicks);
  REQUIRE(late.size() == 2);
  for (size_t i = 0; i < late.size(); ++i) {
    CHECK(late[i].label == clicks[i].label);
    for (int axis = 0; axis < 3; ++axis) CHECK(late[i].index[axis] == doctest::Approx(early[i].index[axis]));
  }
  CHECK(late[0].index[1] > 2);
  CHECK_THROWS_WITH_AS(laid(false, {{{1, 0, 99}, 1}}), doctest::Contains("a click lies outside the image: axis 2"),
                       Error);
}

TEST_CASE("GrowFromClicksd: clicks that cannot be are refused") {
  const at::Tensor flat = wideRow({1, 1, 1});
  CHECK_THROWS_AS(grown(flat, {}, {}), Error);
  CHECK_THROWS_AS(grown(flat, {}, {{{3, 0, 0}, 1}}), Error);
  CHECK_THROWS_AS(grown(flat, {}, {{{0, -1, 0}, 1}}), Error);
  CHECK_THROWS_AS(grown(flat, {}, {{{NAN, 0, 0}, 1}}), Error);
  CHECK_THROWS_AS(grown(flat, {}, {{{0, 0, 0}, 3}}), Error);
  CHECK_THROWS_AS(grown(flat, {}, {{{0, 0, 0}, -1}}), Error);
}

}  // namespace mlabel
