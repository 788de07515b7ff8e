// The streamed inverse against MONAI's labels, and against inverting everything and then taking the arg-max.
#include "inferers/streamed_argmax.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "golden.hpp"
#include "transforms/geometry.hpp"
#include "transforms/pipeline.hpp"

using namespace mlabel;

namespace {

Affine affineOf(const Json& rows) {
  Affine affine;
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 4; ++column) affine(row, column) = rows[row][column].get<double>();
  }
  return affine;
}

/// An image of zeros after Orientationd to RAS and Spacingd.
SampleImage prepared(const Shape3& shape, const Affine& affine, const Json& pixdim, const char* mode) {
  Sample sample;
  sample.images["image"] = {at::zeros({1, shape[0], shape[1], shape[2]}), affine, {}, {}};
  const Json specs = {{{"name", "Orientationd"}, {"keys", "image"}, {"axcodes", "RAS"}},
                      {{"name", "Spacingd"}, {"keys", "image"}, {"pixdim", pixdim}, {"mode", mode}}};
  Pipeline(specs).applyDeterministic(sample, {});
  return sample.images["image"];
}

at::Tensor logitsFor(const SampleImage& image, int64_t classes) {
  return at::randn({classes, image.data.size(1), image.data.size(2), image.data.size(3)});
}

/// Where the two disagree although the best class leads by more than the rounding of float32.
int64_t wrongVoxels(const at::Tensor& labels, const at::Tensor& inverted) {
  const auto best = std::get<0>(inverted.topk(2, 0));
  const at::Tensor clear = (best[0] - best[1]) > 1e-5;
  return (clear & (labels[0] != inverted.argmax(0))).sum().item<int64_t>();
}

}  // namespace

TEST_CASE("labels of MONAI's inverse, softmax and argmax") {
  const Json cases = Json::parse(test::readText(test::goldenPath("inverse/cases.json")));
  CHECK(cases.size() == 4);
  for (const auto& [name, described] : cases.items()) {
    CAPTURE(name);
    const auto shape = described["shape"].get<Shape3>();
    const auto mode = described["mode"].get<std::string>();
    const SampleImage image = prepared(shape, affineOf(described["affine"]), described["pixdim"], mode.c_str());
    const at::Tensor logits = test::readNpy(test::goldenPath("inverse/" + name + ".logits.npy"));
    const at::Tensor expected = test::readNpy(test::goldenPath("inverse/" + name + ".labels.npy"));
    REQUIRE(logits.sizes().slice(1) == image.data.sizes().slice(1));
    const at::Tensor labels = invertAndArgmax(logits, image.trace, {});
    REQUIRE(labels.sizes() == expected.sizes());
    CHECK((labels.scalar_type() == at::kByte));
    CHECK((labels != expected).sum().item<int64_t>() == 0);
  }
}

TEST_CASE("every order of axes, with two classes and with more, in the memory order of the file") {
  at::manual_seed(2);
  const Shape3 shape{7, 6, 9};
  const Vector3 spacing{0.8, 1.7, 2.4};
  std::array<int, 3> order{0, 1, 2};
  do {
    for (int signs = 0; signs < 8; ++signs) {
      CAPTURE(order);
      CAPTURE(signs);
      Affine affine;
      affine.m = {{{0, 0, 0, 3}, {0, 0, 0, -4}, {0, 0, 0, 5}, {0, 0, 0, 1}}};
      for (int axis = 0; axis < 3; ++axis)
        affine(order[axis], axis) = (signs >> axis & 1) != 0 ? -spacing[axis] : spacing[axis];
      const SampleImage image = prepared(shape, affine, {1, 1.1, 1.3}, "bilinear");
      for (const int64_t classes : {2, 4}) {
        const at::Tensor logits = logitsFor(image, classes);
        const at::Tensor labels = invertAndArgmax(logits, image.trace, {});
        CHECK(labels.sizes() == at::IntArrayRef({1, 7, 6, 9}));
        CHECK(labels.permute({0, 3, 2, 1}).is_contiguous());
        CHECK(wrongVoxels(labels, invertTrace(logits, image.trace)) == 0);
      }
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("crops and pads on either side of the resampling, oblique grids, none at all") {
  at::manual_seed(3);
  Affine oblique;
  oblique.m = {{{1.2, 0.3, 0, 0}, {-0.3, 1.1, 0.2, 0}, {0.1, -0.2, 2, 0}, {0, 0, 0, 1}}};
  SampleImage image{at::zeros({1, 9, 8, 7}), oblique, {}, {}};
  SUBCASE("cropped before and padded after") {
    cropPadImage(image, {1, -2, 0}, {7, 11, 6});
    orientImage(image, {{2, 0, 1}, {true, false, true}});
    resampleImage(image, {8, 9, 10},
                  image.affine * affineOf({{0.7, 0, 0, 0}, {0, 0.7, 0, 0}, {0, 0, 1.1, 0}, {0, 0, 0, 1}}),
                  Interpolation::Linear);
    cropPadImage(image, {-2, 1, -1}, {12, 7, 12});
    orientImage(image, {{1, 2, 0}, {false, true, true}});
  }
  SUBCASE("to a grid that is turned in space") { resampleImage(image, {10, 9, 11}, Affine{}, Interpolation::Linear); }
  SUBCASE("turned only") { orientImage(image, {{2, 0, 1}, {true, false, true}}); }
  SUBCASE("left alone") {}
  for (const int64_t classes : {2, 3}) {
    const at::Tensor logits = logitsFor(image, classes);
    const at::Tensor labels = invertAndArgmax(logits, image.trace, {});
    CHECK(labels.sizes() == at::IntArrayRef({1, 9, 8, 7}));
    CHECK(labels.permute({0, 3, 2, 1}).is_contiguous());
    const at::Tensor inverted = invertTrace(logits, image.trace);
    CHECK(wrongVoxels(labels, inverted) == 0);
    CHECK(at::equal(labels[0] == 0, (labels[0] == 0) | (inverted == 0).all(0)));
  }
}

TEST_CASE("more classes than a byte can name; the first of equal ones wins") {
  const SampleImage image =
      prepared({3, 4, 5}, affineOf({{-2, 0, 0, 0}, {0, 2, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}), {1, 1, 1}, "bilinear");
  at::Tensor logits = at::zeros({300, image.data.size(1), image.data.size(2), image.data.size(3)});
  CHECK(invertAndArgmax(logits, image.trace, {}).max().item<int>() == 0);
  logits.select(0, 290).fill_(1);
  logits.select(0, 291).fill_(1);
  const at::Tensor labels = invertAndArgmax(logits, image.trace, {});
  CHECK((labels.scalar_type() == at::kShort));
  CHECK((labels == 290).all().item<bool>());
}

TEST_CASE("a raised flag stops it") {
  const SampleImage image =
      prepared({3, 4, 5}, affineOf({{2, 0, 0, 0}, {0, 2, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}), {1, 1, 1}, "bilinear");
  StopFlag stop;
  stop.raise();
  CHECK_THROWS_AS(invertAndArgmax(logitsFor(image, 2), image.trace, JobContext(stop, {})), Error);
}
