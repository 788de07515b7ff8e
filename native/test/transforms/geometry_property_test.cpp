#include <doctest/doctest.h>

#include <cmath>

#include "inferers/streamed_argmax.hpp"
#include "runtime/random_state.hpp"
#include "samples.hpp"

using namespace mlabel;
using namespace mlabel::test;

namespace {

/// An affine with the given axis codes, spacing and origin, turned about a skew axis by `angle`.
Affine placedAffine(const std::string& codes, const Vector3& spacing, double angle) {
  const AxisDirections directions = parseAxisCodes(codes);
  const Vector3 axis{0.36, 0.48, 0.8};
  const double c = std::cos(angle), s = std::sin(angle);
  Affine turn;
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      const int third = 3 - row - column;
      const double cross = row == column ? 0 : axis[third] * ((column - row + 3) % 3 == 1 ? -1 : 1);
      turn(row, column) = (row == column ? c : 0) + (1 - c) * axis[row] * axis[column] + s * cross;
    }
  }
  Affine axes;
  axes.m = {};
  axes(3, 3) = 1;
  for (int i = 0; i < 3; ++i) axes(directions[i].world, i) = directions[i].sign * spacing[i];
  Affine affine = turn * axes;
  affine(0, 3) = -31;
  affine(1, 3) = 17;
  affine(2, 3) = 5;
  return affine;
}

/// A round blob of 4 mm around a point of the world.
at::Tensor blob(const Shape3& shape, const Affine& affine, const Vector3& center) {
  auto data = at::zeros({1, shape[0], shape[1], shape[2]}, at::kFloat);
  auto values = data.accessor<float, 4>();
  for (int64_t i = 0; i < shape[0]; ++i) {
    for (int64_t j = 0; j < shape[1]; ++j) {
      for (int64_t k = 0; k < shape[2]; ++k) {
        const Vector3 p = affine.apply({static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)});
        double squared = 0;
        for (int axis = 0; axis < 3; ++axis) squared += (p[axis] - center[axis]) * (p[axis] - center[axis]);
        values[0][i][j][k] = static_cast<float>(std::exp(-squared / 32));
      }
    }
  }
  return data;
}

/// Where the mass of an image lies in the world.
Vector3 centerOfMass(const at::Tensor& data, const Affine& affine) {
  Vector3 index{};
  const auto weights = data[0].to(at::kDouble);
  for (int axis = 0; axis < 3; ++axis) {
    const auto positions = at::arange(weights.size(axis), at::kDouble);
    const auto alongAxis = weights.movedim(axis, 0).flatten(1).sum(1);
    index[axis] = ((alongAxis * positions).sum() / weights.sum()).item<double>();
  }
  return affine.apply(index);
}

double distance(const Vector3& a, const Vector3& b) { return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]); }

}  // namespace

TEST_CASE("A blob stays where it is in the world through Orientationd, Spacingd and back, for all 48 orders") {
  const Pipeline pipeline(Json::array({{{"name", "Orientationd"}, {"keys", "image"}, {"axcodes", "RAS"}},
                                       {{"name", "Spacingd"}, {"keys", "image"}, {"pixdim", {1.5, 1.5, 1.5}}}}));
  const Shape3 shape{24, 28, 20};
  for (const char* order : {"RAS", "RSA", "ARS", "ASR", "SRA", "SAR"}) {
    for (int signs = 0; signs < 8; ++signs) {
      for (const double angle : {0.0, 0.3}) {
        std::string codes = order;
        for (int axis = 0; axis < 3; ++axis) {
          if ((signs >> axis & 1) != 0) codes[axis] = codes[axis] == 'R' ? 'L' : codes[axis] == 'A' ? 'P' : 'I';
        }
        CAPTURE(codes);
        CAPTURE(angle);
        const Affine affine = placedAffine(codes, {1.1, 1.7, 2.3}, angle);
        const Vector3 center = affine.apply({11.3, 13.8, 10.1});
        const auto original = blob(shape, affine, center);
        Sample sample = sampleOf({{"image", original.clone()}}, affine);
        pipeline.applyDeterministic(sample, {});
        const SampleImage& image = sample.images.at("image");
        CHECK(axisCodes(axisDirections(image.affine)) == "RAS");
        for (const double spacing : image.affine.spacing()) CHECK(spacing == doctest::Approx(1.5));
        CHECK(distance(centerOfMass(image.data, image.affine), center) < 0.05);

        const auto back = invertTrace(image.data, image.trace);
        REQUIRE(back.sizes() == original.sizes());
        CHECK(distance(centerOfMass(back, affine), center) < 0.05);
        CHECK(largestDifference(back, original) < 0.12);
      }
    }
  }
}

TEST_CASE("Whole-voxel steps are undone exactly: orientation, flips, turns, pads; a crop leaves zeros outside") {
  RandomState state(5);
  const auto data = at::arange(1, 1 + 2 * 5 * 6 * 7, at::kFloat).view({2, 5, 6, 7});
  for (int round = 0; round < 40; ++round) {
    Json specs = Json::array();
    const char* codes[] = {"LPS", "SAR", "IPL", "ARS"};
    specs.push_back({{"name", "Orientationd"}, {"keys", "image"}, {"axcodes", codes[state.randint(0, 4)]}});
    specs.push_back({{"name", "SpatialPadd"}, {"keys", "image"}, {"spatial_size", {9, state.randint(1, 12), 8}}});
    specs.push_back({{"name", "RandFlipd"}, {"keys", "image"}, {"prob", 0.5}, {"spatial_axis", {0, 2}}});
    specs.push_back({{"name", "RandRotate90d"}, {"keys", "image"}, {"prob", 0.8}, {"spatial_axes", {2, 0}}});
    const Pipeline pipeline(specs);
    Sample sample = sampleOf({{"image", data.clone()}});
    pipeline.applyDeterministic(sample, {});
    auto streams = pipeline.randomStreams(static_cast<uint32_t>(round));
    const SampleImage image = pipeline.applyRandom(sample, streams, {}).at(0).images.at("image");
    CHECK(at::equal(invertTrace(image.data, image.trace), data));

    // Every voxel is where the affine says: the identity was the first grid.
    const auto found = at::nonzero(image.data[0] == 100)[0];
    const Vector3 world =
        image.affine.apply({found[0].item<double>(), found[1].item<double>(), found[2].item<double>()});
    CHECK(distance(world, {2, 2, 1}) < 1e-9);
  }

  Json crop{{"name", "RandSpatialCropd"}, {"keys", "image"}, {"roi_size", {2, 3, 4}}};
  const Pipeline pipeline(Json::array({crop}));
  auto streams = pipeline.randomStreams(3);
  const SampleImage image = pipeline.applyRandom(sampleOf({{"image", data}}), streams, {}).at(0).images.at("image");
  const auto back = invertTrace(image.data, image.trace);
  const auto inside = back.ne(0);
  CHECK(inside.sum().item<int64_t>() == 2 * 2 * 3 * 4);
  CHECK(at::equal(back.masked_select(inside), data.masked_select(inside)));
}

TEST_CASE("A point keeps its place in the world, and its voxel, through any sequence of steps, in all 48 orders") {
  const auto image = (at::arange(1, 1 + 9 * 11 * 8, at::kFloat)).view({1, 9, 11, 8});
  image.narrow(1, 0, 2).zero_();
  image.narrow(3, 6, 2).zero_();
  const Json wholeVoxels = Json::array({
      {{"name", "Orientationd"}, {"keys", "image"}, {"axcodes", "PIR"}},
      {{"name", "Orientationd"}, {"keys", "image"}, {"axcodes", "LSA"}},
      {{"name", "CropForegroundd"}, {"keys", "image"}, {"source_key", "image"}, {"margin", 1}},
      {{"name", "CropForegroundd"}, {"keys", "image"}, {"source_key", "image"}, {"k_divisible", 4}},
      {{"name", "SpatialPadd"}, {"keys", "image"}, {"spatial_size", {14, 9, 13}}},
      {{"name", "Flipd"}, {"keys", "image"}, {"spatial_axis", {0, 2}}},
      {{"name", "Flipd"}, {"keys", "image"}, {"spatial_axis", 1}},
      {{"name", "Rotate90d"}, {"keys", "image"}, {"k", 3}, {"spatial_axes", {0, 2}}},
      {{"name", "Rotate90d"}, {"keys", "image"}},
      {{"name", "CenterSpatialCropd"}, {"keys", "image"}, {"roi_size", 8}},
  });
  const Json others = Json::array({
      {{"name", "Spacingd"}, {"keys", "image"}, {"pixdim", {1.5, 0.9, 1.3}}},
      {{"name", "Spacingd"}, {"keys", "image"}, {"pixdim", 1.8}, {"mode", "nearest"}},
      {{"name", "Resized"}, {"keys", "image"}, {"spatial_size", {10, 7, 9}}, {"mode", "trilinear"}},
      {{"name", "Resized"}, {"keys", "image"}, {"spatial_size", {8, 12, 0}}, {"mode", "nearest"}},
  });
  Json all = wholeVoxels;
  all.insert(all.end(), others.begin(), others.end());
  const Points clicks{{{4, 5, 3}, 1}, {{8, 10, 5}, 2}, {{2.5, 0, 4.75}, 0}};

  RandomState state(48);
  int voxels = 0;
  for (const char* order : {"RAS", "RSA", "ARS", "ASR", "SRA", "SAR"}) {
    for (int signs = 0; signs < 8; ++signs) {
      for (int round = 0; round < 8; ++round) {
        std::string codes = order;
        for (int axis = 0; axis < 3; ++axis) {
          if ((signs >> axis & 1) != 0) codes[axis] = codes[axis] == 'R' ? 'L' : codes[axis] == 'A' ? 'P' : 'I';
        }
        const Json& steps = round % 4 < 2 ? all : wholeVoxels;
        Json specs = Json::array();
        for (int step = 0; step < 7; ++step)
          specs.push_back(steps[static_cast<size_t>(state.randint(0, steps.size()))]);
        CAPTURE(codes);
        CAPTURE(specs.dump());
        const Affine affine = placedAffine(codes, {1.1, 1.7, 2.3}, round % 2 == 0 ? 0.0 : 0.3);
        Sample sample = sampleOf({{"image", image.clone()}}, affine);
        sample.images.at("image").values["clicks"] = clicks;
        Pipeline(specs).applyDeterministic(sample, {});
        const SampleImage& moved = sample.images.at("image");
        const auto* points = moved.value<Points>("clicks");
        REQUIRE(points != nullptr);
        REQUIRE(points->size() == clicks.size());
        for (size_t i = 0; i < clicks.size(); ++i) {
          CHECK(distance(moved.affine.apply((*points)[i].index), affine.apply(clicks[i].index)) < 1e-9);
          CHECK((*points)[i].label == clicks[i].label);
        }
        if (steps.size() != wholeVoxels.size()) continue;
        const Vector3& index = points->front().index;
        bool inside = true;
        for (int axis = 0; axis < 3; ++axis)
          inside = inside && index[axis] >= 0 && index[axis] < static_cast<double>(moved.data.size(axis + 1));
        if (!inside) continue;
        const auto at = [](double place) { return static_cast<int64_t>(place); };
        CHECK(moved.data[0][at(index[0])][at(index[1])][at(index[2])].item<float>() == image[0][4][5][3].item<float>());
        ++voxels;
      }
    }
  }
  CHECK(voxels > 150);
}

TEST_CASE("Resized, Flipd and Spacingd are undone alike on logits and in the one pass with arg-max") {
  at::manual_seed(6);
  for (const char* mode : {"nearest", "trilinear"}) {
    CAPTURE(mode);
    const Json specs =
        Json::array({{{"name", "Resized"}, {"keys", "image"}, {"spatial_size", {7, 9, 12}}, {"mode", mode}},
                     {{"name", "Flipd"}, {"keys", "image"}},
                     {{"name", "Spacingd"}, {"keys", "image"}, {"pixdim", {1.5, 0.9, 1.1}}},
                     {{"name", "Resized"}, {"keys", "image"}, {"spatial_size", 8}, {"mode", "nearest"}}});
    const SampleImage image = [&] {
      Sample sample = sampleOf({{"image", at::rand({1, 10, 6, 8})}});
      Pipeline(specs).applyDeterministic(sample, {});
      return sample.images.at("image");
    }();
    const auto logits = at::rand({4, 8, 8, 8});
    const auto labels = invertAndArgmax(logits, image.trace, {});
    const auto expected = invertTrace(logits, image.trace).argmax(0, true);
    CHECK(labels.sizes() == at::IntArrayRef({1, 10, 6, 8}));
    CHECK(labels.ne(expected).sum().item<int64_t>() == 0);
  }
}
