#include <doctest/doctest.h>

#include "samples.hpp"
#include "transforms/geometry.hpp"

using namespace mlabel;
using namespace mlabel::test;

namespace {

/// MONAI's transform of a golden case, by the start of the case's name.
const char* transformOf(const std::string& name) {
  if (name.starts_with("orientation")) return "Orientationd";
  if (name.starts_with("spacing")) return "Spacingd";
  if (name.starts_with("scale_range")) return "ScaleIntensityRanged";
  if (name.starts_with("scale")) return "ScaleIntensityd";
  if (name.starts_with("normalize")) return "NormalizeIntensityd";
  if (name.starts_with("cropfg")) return "CropForegroundd";
  return "";
}

/// Largest difference allowed: interpolation in float64 rounds within 1e-6 of the values' size, sums within 1e-5.
double toleranceOf(const std::string& name, const Json& parameters) {
  if (name.starts_with("spacing")) return parameters.at("mode") == "nearest" ? 0 : 2e-4;
  if (name.starts_with("normalize")) return 1e-5;
  if (name.starts_with("scale")) return 1e-6;
  return 0;
}

/// False for the voxels of `to` (of the given shape) that lie midway between two of `from`: on a turned grid the last bit
/// of LAPACK's solution decides which one MONAI takes as the nearest.
at::Tensor withoutTies(const Affine& from, const Affine& to, const Shape3& shape) {
  const Affine map = from.inverse() * to;
  auto clear = at::ones({1, shape[0], shape[1], shape[2]}, at::kBool);
  for (int row = 0; row < 3; ++row) {
    const auto along = [&](int axis) { return at::arange(shape[axis], at::kDouble) * map(row, axis); };
    const auto position =
        along(0).view({1, -1, 1, 1}) + along(1).view({1, 1, -1, 1}) + along(2).view({1, 1, 1, -1}) + map(row, 3);
    clear = clear.logical_and((position - position.floor() - 0.5).abs() > 1e-9);
  }
  return clear;
}

void checkAffine(const Affine& found, const Json& expected) {
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 4; ++column) {
      CHECK(found(row, column) == doctest::Approx(expected[row][column].get<double>()));
    }
  }
}

}  // namespace

TEST_CASE("Deterministic transforms give MONAI's golden results") {
  int compared = 0;
  for (const Json& golden : readJson("cases/transforms.json")) {
    const auto name = golden.at("case").get<std::string>();
    const std::string transform = transformOf(name);
    if (transform.empty()) continue;
    CAPTURE(name);
    const auto array = [&](const char* which) { return readNpy(goldenPath("cases/" + name + "/" + which + ".npy")); };

    Json spec = golden.at("params");
    spec["name"] = transform;
    spec["keys"] = "image";
    if (transform == "CropForegroundd") spec["source_key"] = "image";
    const bool placed = transform == "Orientationd" || transform == "Spacingd";
    const SampleImage result = transformed(spec, array("input"), placed ? toAffine(array("affine")) : Affine{});

    auto expected = array("output");
    REQUIRE(result.data.sizes() == expected.sizes());
    auto found = result.data;
    if (name == "spacing_6") {
      const auto clear = withoutTies(toAffine(array("affine")), result.affine, spatialShape(expected));
      CHECK(clear.sum().item<int64_t>() > expected.numel() / 2);
      found = found * clear;
      expected = expected * clear;
    }
    CHECK(largestDifference(found, expected) <= toleranceOf(name, golden.at("params")));
    if (placed || transform == "CropForegroundd") {
      CHECK(largestDifference(toTensor(result.affine), array("out_affine")) <= 1e-10);
    }
    ++compared;
  }
  CHECK(compared == 24);
}

TEST_CASE("Flips, turns, crops, sizes, contrast, smoothing: MONAI's golden results of image and label") {
  const auto image = readNpy(goldenPath("transforms/input/image.npy"));
  const auto label = readNpy(goldenPath("transforms/input/label.npy"));
  const Affine affine = toAffine(readNpy(goldenPath("transforms/input/affine.npy")));
  for (const Json& golden : readJson("transforms/deterministic.json")) {
    CAPTURE(golden["name"]);
    Sample sample = sampleOf({{"image", image}, {"label", label}}, affine);
    Pipeline(golden["specs"]).applyDeterministic(sample, {});
    for (const auto& [key, file] : golden["output"].items()) {
      CAPTURE(key);
      const auto expected = readNpy(goldenPath("transforms/" + file.get<std::string>()));
      CHECK(largestDifference(sample.images.at(key).data, expected) <= (key == "label" ? 0 : 2e-6));
    }
    checkAffine(sample.images.at("image").affine, golden["affine"]);
  }
}

TEST_CASE("RandCropByPosNegLabeld crops around MONAI's golden centres") {
  const Json cases = readJson("cases/transforms.json");
  const Json& golden = cases.back();
  const auto label = readNpy(goldenPath("cases/rcpnl/label.npy"));
  const auto size = golden["params"]["size"].get<Shape3>();
  const auto transform = makeTransform({{"name", "RandCropByPosNegLabeld"},
                                        {"keys", "label"},
                                        {"label_key", "label"},
                                        {"spatial_size", size},
                                        {"pos", golden["params"]["pos"]},
                                        {"neg", golden["params"]["neg"]},
                                        {"num_samples", golden["params"]["n"]}});
  RandomStream stream(golden["params"]["seed"].get<uint32_t>());
  const auto& random = dynamic_cast<const RandomTransform&>(*transform);
  const auto crops = random.applyRandom(sampleOf({{"label", label}}), stream, {});
  REQUIRE(crops.size() == golden["scalars"]["centers"].size());
  for (size_t i = 0; i < crops.size(); ++i) {
    const auto center = golden["scalars"]["centers"][i].get<Shape3>();
    Shape3 start;
    for (int axis = 0; axis < 3; ++axis) start[axis] = center[axis] - size[axis] / 2;
    CHECK(at::equal(crops[i].images.at("label").data, cropPad(label, start, size)));
    CHECK(crops[i].images.at("label").affine(1, 3) == static_cast<double>(start[1]));
  }
}

TEST_CASE("Random pipelines draw MONAI's numbers: Compose's seeds, crops, flips, turns, intensities") {
  const auto image = readNpy(goldenPath("transforms/input/image.npy"));
  const auto label = readNpy(goldenPath("transforms/input/label.npy"));
  const Affine affine = toAffine(readNpy(goldenPath("transforms/input/affine.npy")));
  for (const Json& golden : readJson("transforms/random.json")) {
    CAPTURE(golden["name"]);
    CAPTURE(golden["seed"]);
    const Pipeline pipeline(golden["specs"]);
    CHECK(pipeline.random());
    Sample sample = sampleOf({{"image", image}, {"label", label}}, affine);
    pipeline.applyDeterministic(sample, {});
    auto streams = pipeline.randomStreams(golden["seed"].get<uint32_t>());
    const auto samples = pipeline.applyRandom(sample, streams, {});
    REQUIRE(samples.size() == golden["samples"].size());
    for (size_t i = 0; i < samples.size(); ++i) {
      for (const char* key : {"image", "label"}) {
        const auto expected = readNpy(goldenPath("transforms/" + golden["samples"][i][key].get<std::string>()));
        CHECK(largestDifference(samples[i].images.at(key).data, expected) <= 1e-6);
      }
      checkAffine(samples[i].images.at("image").affine, golden["samples"][i]["affine"]);
    }
  }
  // The caller's tensors are as they were: a cached case is drawn from again and again.
  CHECK(at::equal(image, readNpy(goldenPath("transforms/input/image.npy"))));
  CHECK(at::equal(label, readNpy(goldenPath("transforms/input/label.npy"))));
}

TEST_CASE("invertTrace gives what MONAI's Invertd gives") {
  const auto image = readNpy(goldenPath("transforms/input/image.npy"));
  const Affine affine = toAffine(readNpy(goldenPath("transforms/input/affine.npy")));
  for (const Json& golden : readJson("transforms/inverse.json")) {
    CAPTURE(golden["name"]);
    CAPTURE(golden["nearest"]);
    Sample sample = sampleOf({{"image", image.clone()}}, affine);
    Pipeline(golden["specs"]).applyDeterministic(sample, {});
    const auto prediction = readNpy(goldenPath("transforms/" + golden["pred"].get<std::string>()));
    const auto expected = readNpy(goldenPath("transforms/" + golden["output"].get<std::string>()));
    const bool nearest = golden["nearest"].get<bool>();
    const auto mode = nearest ? std::optional(Interpolation::Nearest) : std::nullopt;
    REQUIRE(spatialShape(sample.images.at("image").data) == spatialShape(prediction));
    const Trace& trace = sample.images.at("image").trace;
    const auto back = invertTrace(prediction, trace, {}, mode);
    REQUIRE(back.sizes() == expected.sizes());
    auto clear = at::ones_like(expected[0], at::kBool).unsqueeze(0);
    if (const auto* spaced = std::get_if<ResampleOperation>(&trace.front()); nearest && spaced != nullptr) {
      clear = withoutTies(spaced->affineAfter, spaced->affineBefore, spaced->shapeBefore);
      CHECK(clear.sum().item<int64_t>() > clear.numel() / 3);
    }
    // MONAI resamples in float64, and resizes in float32.
    const double tolerance = golden["name"] == "resized" ? 5e-6 : 1e-6;
    CHECK(largestDifference(back * clear, expected * clear) <= (nearest ? 0 : tolerance));
  }
}
