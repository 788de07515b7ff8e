#include <doctest/doctest.h>

#include <cmath>

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
