// Windows blended box by box against sums over the whole volume, to the last bit.
#include "inferers/blend_windows.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "golden.hpp"
#include "inferers/collect_logits.hpp"
#include "inferers/importance.hpp"
#include "inferers/streamed_argmax.hpp"
#include "inferers/window_bands.hpp"
#include "transforms/geometry.hpp"
#include "transforms/grid.hpp"
#include "transforms/pipeline.hpp"

using namespace mlabel;

namespace {

int64_t drawn(int64_t low, int64_t high) { return at::randint(low, high + 1, {1}).item<int64_t>(); }

/// As monai.inferers.utils does it, for images no smaller than a window.
at::Tensor blendedWhole(const at::Tensor& image, const BlendOptions& options, const PredictFunction& predict) {
  std::array<std::vector<int64_t>, 3> starts;
  for (int axis = 0; axis < 3; ++axis) {
    starts[axis] = windowStarts(image.size(axis + 1), options.roi[axis], options.overlap[axis]);
  }
  const auto box = [&](at::Tensor volume, const Shape3& start) {
    for (int axis = 0; axis < 3; ++axis) volume = volume.narrow(axis + 1, start[axis], options.roi[axis]);
    return volume;
  };
  const at::Tensor weights = options.gaussian
                                 ? gaussianImportance({options.roi.begin(), options.roi.end()},
                                                      {options.sigmaScale.begin(), options.sigmaScale.end()})
                                 : at::ones(options.roi);
  at::Tensor sums, counts = at::zeros_like(image.narrow(0, 0, 1));
  for (const int64_t i : starts[0]) {
    for (const int64_t j : starts[1]) {
      for (const int64_t k : starts[2]) {
        const at::Tensor logits = predict(box(image, {i, j, k}).unsqueeze(0).contiguous())[0];
        if (!sums.defined()) sums = at::zeros({logits.size(0), image.size(1), image.size(2), image.size(3)});
        box(sums, {i, j, k}).add_(logits * weights);
        box(counts, {i, j, k}).add_(weights);
      }
    }
  }
  return sums / counts;
}

struct Drawn {
  at::Tensor image;
  BlendOptions options;
};

/// A volume of several windows along most axes, some of them at odd places.
Drawn draw() {
  BlendOptions options;
  Shape3 size{};
  for (int axis = 0; axis < 3; ++axis) {
    options.roi[axis] = drawn(3, 6);
    size[axis] = options.roi[axis] + drawn(0, 9);
    options.overlap[axis] = std::array{0.0, 0.25, 0.5, 0.7}[drawn(0, 3)];
    options.sigmaScale[axis] = 0.125;
  }
  options.gaussian = drawn(0, 1) == 1;
  return {at::randn({1, size[0], size[1], size[2]}), options};
}

int64_t bytesInOneBand(const Drawn& drawing, int64_t channels) {
  const Shape3& roi = drawing.options.roi;
  WindowGrid windows{roi, {}};
  const Box whole{{}, spatialShape(drawing.image)};
  for (int axis = 0; axis < 3; ++axis) {
    windows.starts[axis] = windowStarts(whole.end[axis], roi[axis], drawing.options.overlap[axis]);
  }
  return openBytes(stepsWithin(windows, whole), whole, channels);
}

/// Logits that depend on the voxel and on where it lies in its window, so that windows disagree.
PredictFunction networkOf(int64_t classes, bool classesLast) {
  const at::Tensor factors = at::randn({classes, 1, 1, 1});
  return [factors, classesLast](const at::Tensor& windows) {
    const at::Tensor place = at::linspace(-1, 1, windows[0].numel()).view(windows[0].sizes());
    const at::Tensor logits = (windows * factors + (place * factors * 3).sin()).contiguous();
    return classesLast ? logits.contiguous(at::MemoryFormat::ChannelsLast3d) : logits;
  };
}

/// Passes boxes on, and sees whether they tell what LogitSink promises.
class Observed : public LogitSink {
 public:
  explicit Observed(const Shape3& grid) : logits_(grid, c10::kCPU), seen_(at::zeros({grid[0], grid[1], grid[2]})) {}
  void take(at::Tensor logits, const Shape3& begin, const JobContext& context) override {
    ++boxes;
    largest = std::max(largest, logits.numel());
    at::Tensor cells = seen_;
    for (int axis = 0; axis < 3; ++axis) cells = cells.narrow(axis, begin[axis], logits.size(axis + 1));
    cells.add_(1);
    // Between neighbours: what one box has of both of two voxels along an axis.
    for (int axis = 0; axis < 3; ++axis) {
      at::Tensor& pairs = pairs_[axis];
      if (!pairs.defined()) pairs = at::zeros_like(seen_);
      at::Tensor part = pairs;
      for (int other = 0; other < 3; ++other) {
        part = part.narrow(other, begin[other], logits.size(other + 1) - (other == axis ? 1 : 0));
      }
      part.add_(1);
    }
    logits_.take(std::move(logits), begin, context);
  }
  at::Tensor result(const JobContext& context) override { return logits_.result(context); }
  /// Every voxel, and every two neighbours, lie in a box.
  bool complete() const {
    if (!seen_.gt(0).all().item<bool>()) return false;
    for (int axis = 0; axis < 3; ++axis) {
      if (!pairs_[axis].narrow(axis, 0, seen_.size(axis) - 1).gt(0).all().item<bool>()) return false;
    }
    return true;
  }

  int64_t boxes = 0;
  int64_t largest = 0;

 private:
  CollectLogits logits_;
  at::Tensor seen_;
  std::array<at::Tensor, 3> pairs_;
};

}  // namespace

TEST_CASE("box by box, in bands or not, the logits are those of a sum over the whole volume, bit by bit") {
  at::manual_seed(4);
  int64_t banded = 0, manyBoxes = 0;
  for (int round = 0; round < 40; ++round) {
    CAPTURE(round);
    Drawn drawing = draw();
    const int64_t classes = std::array{1, 2, 5}[drawn(0, 2)];
    const PredictFunction predict = networkOf(classes, drawn(0, 1) == 1);
    const at::Tensor expected = blendedWhole(drawing.image, drawing.options, predict);
    Observed one(spatialShape(drawing.image)), several(spatialShape(drawing.image));
    drawing.options.batchSize = drawn(1, 4);
    blendWindows(drawing.image, drawing.options, predict, one, {}, "test");
    drawing.options.mostOpen = bytesInOneBand(drawing, classes + 1) * 3 / 4;
    blendWindows(drawing.image, drawing.options, predict, several, {}, "test");
    CHECK(at::equal(one.result({}), expected));
    CHECK(at::equal(several.result({}), expected));
    CHECK(one.complete());
    CHECK(several.complete());
    banded += several.boxes > one.boxes ? 1 : 0;
    manyBoxes += one.boxes > 8 ? 1 : 0;
  }
  CHECK(banded >= 10);
  CHECK(manyBoxes >= 10);
}

TEST_CASE("small images are padded, and the boxes are those of the image") {
  at::manual_seed(5);
  for (const Shape3& size : {Shape3{3, 9, 4}, {1, 2, 3}, {5, 5, 5}}) {
    BlendOptions options;
    options.roi = {5, 5, 5};
    options.overlap = {0.25, 0.25, 0.25};
    options.paddingValue = 7;
    const at::Tensor image = at::randn({1, size[0], size[1], size[2]});
    Observed logits(size);
    blendWindows(
        image, options, [](const at::Tensor& windows) { return windows * 2; }, logits, {}, "test");
    CHECK(logits.complete());
    CHECK(at::allclose(logits.result({}), image * 2));
  }
}

TEST_CASE("labels box by box are those of all logits inverted, for all orders of axes, modes and numbers of classes") {
  at::manual_seed(6);
  std::array<int, 3> order{0, 1, 2};
  int round = 0;
  do {
    for (int signs = 0; signs < 8; ++signs) {
      CAPTURE(order);
      CAPTURE(signs);
      Affine affine;
      affine.m = {{{0, 0, 0, 3}, {0, 0, 0, -4}, {0, 0, 0, 5}, {0, 0, 0, 1}}};
      const Vector3 spacing{0.8, 1.7, 2.4};
      for (int axis = 0; axis < 3; ++axis) {
        affine(order[axis], axis) = (signs >> axis & 1) != 0 ? -spacing[axis] : spacing[axis];
      }
      Sample sample;
      sample.images["image"] = {at::randn({1, drawn(9, 14), drawn(6, 9), drawn(5, 8)}), affine, {}, {}};
      const Json turn = {{"name", "Orientationd"}, {"keys", "image"}, {"axcodes", "RAS"}};
      const Json space = {{"name", "Spacingd"},
                          {"keys", "image"},
                          {"pixdim", {1, 1.1, 1.3}},
                          {"mode", round % 3 == 0 ? "nearest" : "bilinear"}};
      const Json pad = {{"name", "SpatialPadd"}, {"keys", "image"}, {"spatial_size", {12, 15, 9}}};
      const Json pipelines[] = {Json::array({turn, space}), Json::array({space, turn}), Json::array({turn}),
                                Json::array({turn, space, pad})};
      Pipeline(pipelines[round % 4]).applyDeterministic(sample, {});
      const SampleImage& image = sample.images["image"];

      BlendOptions options;
      options.roi = {5, 4, 6};
      options.overlap = {0.25, 0.5, 0.4};
      options.sigmaScale = {0.125, 0.125, 0.125};
      options.gaussian = round % 2 == 0;
      const int64_t classes = std::array{1, 2, 5, 105}[round / 2 % 4];
      options.mostOpen = 2000 * (classes + 1);
      const PredictFunction predict = networkOf(classes, signs % 2 == 0);
      const Shape3 grid = spatialShape(image.data);
      CollectLogits logits(grid, c10::kCPU);
      StreamedArgmax labels(grid, image.trace);
      blendWindows(image.data, options, predict, logits, {}, "test");
      blendWindows(image.data, options, predict, labels, {}, "test");
      CHECK(at::equal(labels.result({}), invertAndArgmax(logits.result({}), image.trace, {})));
      ++round;
    }
  } while (std::next_permutation(order.begin(), order.end()));
  CHECK(round == 48);
}

TEST_CASE("105 classes, window by window, have the labels of MONAI's inverse, softmax and argmax") {
  const Json organs = Json::parse(test::readText(test::goldenPath("inferers/cases.json")))["organs"];
  const auto array = [](const char* what) {
    return test::readNpy(test::goldenPath(std::string("inferers/organs/") + what + ".npy"));
  };
  Affine affine;
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 4; ++column) affine(row, column) = organs["affine"][row][column].get<double>();
  }
  Sample sample;
  sample.images["image"] = {array("input"), affine, {}, {}};
  const Json specs = {{{"name", "Orientationd"}, {"keys", "image"}, {"axcodes", "RAS"}},
                      {{"name", "Spacingd"}, {"keys", "image"}, {"pixdim", organs["pixdim"]}, {"mode", "bilinear"}}};
  Pipeline(specs).applyDeterministic(sample, {});
  const SampleImage& image = sample.images["image"];
  const at::Tensor weight = array("weight"), bias = array("bias"), expected = array("labels");
  const auto convolve = [&](const at::Tensor& windows) { return at::conv3d(windows, weight, bias, 1, 1); };
  Json spec = organs["inferer"];
  spec["name"] = "SlidingWindowInferer";
  StreamedArgmax labels(spatialShape(image.data), image.trace);
  makeInferer(spec)->infer(image.data, {convolve}, labels, {});
  const at::Tensor result = labels.result({});
  REQUIRE(result.sizes() == expected.sizes());
  CHECK((result != expected).sum().item<int64_t>() == 0);
  CHECK(result.max().item<int>() > 90);
}

TEST_CASE("turned grids, crops and two resamplings are decided box by box as by all logits at once") {
  at::manual_seed(8);
  Affine oblique;
  oblique.m = {{{1.2, 0.3, 0, 0}, {-0.3, 1.1, 0.2, 0}, {0.1, -0.2, 2, 0}, {0, 0, 0, 1}}};
  SampleImage image{at::randn({1, 19, 12, 10}), oblique, {}, {}};
  const auto scaled = [&](double factor) {
    Affine affine = image.affine;
    for (int row = 0; row < 3; ++row) affine(row, 0) *= factor;
    return affine;
  };
  SUBCASE("to a grid turned in space") { resampleImage(image, {17, 14, 13}, Affine{}, Interpolation::Linear); }
  SUBCASE("the same, nearest, with a crop") {
    resampleImage(image, {17, 14, 13}, Affine{}, Interpolation::Nearest);
    cropPadImage(image, {2, -1, 3}, {11, 16, 9});
  }
  SUBCASE("along the axes, cropped and padded behind it") {
    resampleImage(image, {12, 12, 10}, scaled(1.5), Interpolation::Linear);
    cropPadImage(image, {1, 2, -2}, {9, 8, 14});
  }
  SUBCASE("twice") {
    resampleImage(image, {12, 12, 10}, scaled(1.5), Interpolation::Linear);
    resampleImage(image, {22, 12, 10}, scaled(0.6), Interpolation::Linear);
  }
  BlendOptions options;
  options.roi = {7, 5, 6};
  options.overlap = {0.3, 0.3, 0.3};
  options.mostOpen = 4000;
  const PredictFunction predict = networkOf(4, false);
  const Shape3 grid = spatialShape(image.data);
  Observed logits(grid);
  StreamedArgmax labels(grid, image.trace);
  blendWindows(image.data, options, predict, logits, {}, "test");
  blendWindows(image.data, options, predict, labels, {}, "test");
  CHECK(logits.boxes > 8);
  const at::Tensor result = labels.result({});
  CHECK(at::equal(result, invertAndArgmax(logits.result({}), image.trace, {})));
  CHECK(result.max().item<int>() == 3);
}
