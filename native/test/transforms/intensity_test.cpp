// Transforms that change intensities and leave the grid: tables by hand.
#include <doctest/doctest.h>

#include "samples.hpp"

using namespace mlabel;
using namespace mlabel::test;

TEST_CASE("ScaleIntensityRanged: with and without a target range, clipped or not, degenerate") {
  const auto scaled = [](const Json& more) {
    Json spec{{"name", "ScaleIntensityRanged"}, {"keys", "image"}, {"a_min", 0}, {"a_max", 10}};
    spec.update(more);
    return transformed(spec, row({-5, 0, 5, 20})).data;
  };
  CHECK(at::equal(scaled(Json::object()), row({-0.5, 0, 0.5, 2})));
  CHECK(at::equal(scaled({{"b_min", 1}, {"b_max", 3}}), row({0, 1, 2, 5})));
  CHECK(at::equal(scaled({{"b_min", 1}, {"b_max", 3}, {"clip", true}}), row({1, 1, 2, 3})));
  CHECK(at::equal(scaled({{"a_max", 0}, {"b_min", 1}, {"b_max", 3}, {"clip", true}}), row({-4, 1, 6, 21})));
}

TEST_CASE("ScaleIntensityd: a constant image becomes x · minv") {
  const Json spec{{"name", "ScaleIntensityd"}, {"keys", "image"}, {"minv", -1}, {"maxv", 1}};
  CHECK(at::equal(transformed(spec, row({2, 4, 6})).data, row({-1, 0, 1})));
  CHECK(at::equal(transformed(spec, row({3, 3})).data, row({-3, -3})));
  CHECK(at::equal(transformed(spec, row({3})).data, row({-3})));
}

TEST_CASE("ScaleIntensityd: a factor, as MONAI's RandScaleIntensity hands it to its twin") {
  const Json spec{{"name", "ScaleIntensityd"}, {"keys", "image"}, {"factor", 0.5}};
  CHECK(at::equal(transformed(spec, row({2, -4})).data, row({3, -6})));
}

TEST_CASE("NormalizeIntensityd: nonzero, channel-wise, constant and empty images") {
  const Json nonzero{{"name", "NormalizeIntensityd"}, {"keys", "image"}, {"nonzero", true}};
  CHECK(largestDifference(transformed(nonzero, row({0, 1, 3, 0})).data, row({0, -1, 1, 0})) < 1e-6);
  CHECK(at::equal(transformed(nonzero, row({0, 0})).data, row({0, 0})));
  CHECK(at::equal(transformed(nonzero, row({7, 7})).data, row({0, 0})));
  const Json given{{"name", "NormalizeIntensityd"}, {"keys", "image"}, {"subtrahend", 208}, {"divisor", 388}};
  CHECK(largestDifference(transformed(given, row({208, 596})).data, row({0, 1})) < 1e-6);
  const Json channels{{"name", "NormalizeIntensityd"}, {"keys", "image"}, {"channel_wise", true}};
  const auto two = at::cat({row({1, 3}), row({10, 30})});
  CHECK(largestDifference(transformed(channels, two.clone()).data, at::cat({row({-1, 1}), row({-1, 1})})) < 1e-6);
}

TEST_CASE("ThresholdIntensityd: the threshold itself does not stay, on either side") {
  Json spec{{"name", "ThresholdIntensityd"}, {"keys", "image"}, {"threshold", 2}};
  CHECK(at::equal(transformed(spec, row({1, 2, 3, NAN})).data, row({0, 0, 3, 0})));
  spec["above"] = false;
  spec["cval"] = 9;
  CHECK(at::equal(transformed(spec, row({1, 2, 3})).data, row({1, 9, 9})));
}

TEST_CASE("GaussianSmoothd: a 2-D image is smoothed in its plane alone") {
  Sample sample = sampleOf({{"image", at::ones({1, 9, 9, 1})}});
  sample.images.at("image").source.dimensions = 2;
  Pipeline(Json::array({{{"name", "GaussianSmoothd"}, {"keys", "image"}, {"sigma", 1}}}))
      .applyDeterministic(sample, {});
  // MONAI's value for [1, 9, 9].
  CHECK(sample.images.at("image").data[0][4][4][0].item<double>() == doctest::Approx(0.99999).epsilon(1e-5));
}

TEST_CASE("GaussianSmoothd: the mass of a voxel spreads, and is lost over the border; 0 leaves an axis") {
  Json spec{{"name", "GaussianSmoothd"}, {"keys", "image"}, {"sigma", {1, 0, 0}}};
  const auto spread = transformed(spec, row({0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0})).data.flatten();
  CHECK(spread[5].item<double>() == doctest::Approx(0.3829).epsilon(1e-3));  // within half a standard deviation
  CHECK(spread[4].item<double>() == spread[6].item<double>());
  CHECK(spread[0].item<double>() == 0);  // five away, and the taps end at four
  CHECK(transformed(spec, row({1})).data.item<double>() == doctest::Approx(0.3829).epsilon(1e-3));
}

TEST_CASE("MapLabelValued: listed values change places, others stay") {
  const Json spec{{"name", "MapLabelValued"}, {"keys", "image"}, {"orig_labels", {1, 2}}, {"target_labels", {7, 1}}};
  CHECK(at::equal(transformed(spec, row({0, 1, 2, 3}), Affine{}).data.flatten(), at::tensor({0.0f, 7.0f, 1.0f, 3.0f})));
}

TEST_CASE("Random intensities: probability 0 leaves, 1 changes all keys alike; noise needs one size") {
  const auto result = [](const Json& more, const at::Tensor& label) {
    Json spec{{"keys", {"image", "label"}}, {"prob", 1}};
    spec.update(more);
    const Pipeline pipeline(Json::array({spec}));
    auto streams = pipeline.randomStreams(9);
    return pipeline.applyRandom(sampleOf({{"image", row({1, 2, 3})}, {"label", label}}), streams, {}).at(0);
  };
  for (const Json& spec : {Json{{"name", "RandGaussianNoised"}}, Json{{"name", "RandAdjustContrastd"}},
                           Json{{"name", "RandShiftIntensityd"}, {"offsets", 1}}}) {
    CAPTURE(spec["name"]);
    const Sample changed = result(spec, row({1, 2, 3}));
    CHECK(!at::equal(changed.images.at("image").data, row({1, 2, 3})));
    CHECK(at::equal(changed.images.at("image").data, changed.images.at("label").data));
    Json never = spec;
    never["prob"] = 0;
    CHECK(at::equal(result(never, row({1, 2, 3})).images.at("image").data, row({1, 2, 3})));
  }
  CHECK_THROWS_WITH_AS(result({{"name", "RandGaussianNoised"}}, row({1})), doctest::Contains("differ in size"), Error);
}
