#include <doctest/doctest.h>

#include "samples.hpp"

using namespace mlabel;
using namespace mlabel::test;

TEST_CASE(
    "CropForegroundd: a mask without foreground leaves nothing, and is refused; the other keys follow the source") {
  const Json spec{{"name", "CropForegroundd"}, {"keys", {"image", "label"}}, {"source_key", "label"}, {"margin", 1}};
  const auto cropped = [&](const at::Tensor& label) {
    Sample sample = sampleOf({{"image", row({1, 2, 3, 4})}, {"label", label}});
    Pipeline(Json::array({spec})).applyDeterministic(sample, {});
    return sample.images.at("image").data;
  };
  CHECK_THROWS_WITH_AS(cropped(row({0, 0, 0, 0})), "CropForegroundd: nothing is left of \"image\"", Error);
  const auto box = cropped(row({0, 0, 1, 0}));
  CHECK(box.sizes() == at::IntArrayRef({1, 3, 3, 3}));
  CHECK(at::equal(box.select(2, 1).select(2, 1), at::tensor({2.0f, 3.0f, 4.0f}).view({1, 3})));
  CHECK(box.sum().item<double>() == 9);
}

TEST_CASE("Rotate90d: quarter turns from the first axis to the second, whole ones are nothing") {
  const auto square = at::tensor({1.0f, 2.0f, 3.0f, 4.0f}).view({1, 2, 2, 1});
  const auto turned = [&](int64_t k) {
    return transformed({{"name", "Rotate90d"}, {"keys", "image"}, {"k", k}}, square.clone()).data.flatten();
  };
  CHECK(at::equal(turned(1), at::tensor({2.0f, 4.0f, 1.0f, 3.0f})));
  CHECK(at::equal(turned(-3), turned(1)));
  CHECK(at::equal(turned(6), at::tensor({4.0f, 3.0f, 2.0f, 1.0f})));
  CHECK(at::equal(turned(-8), square.flatten()));
}

TEST_CASE("SpatialCropd: cut at the far end, refused where nothing is left") {
  const auto cropped = [](const Json& more) {
    Json spec{{"name", "SpatialCropd"}, {"keys", "image"}};
    spec.update(more);
    return transformed(spec, row({0, 1, 2, 3, 4}));
  };
  const SampleImage end = cropped({{"roi_center", {4, 0, 0}}, {"roi_size", {4, 1, 1}}});
  CHECK(at::equal(end.data, row({2, 3, 4})));
  CHECK(end.affine(0, 3) == 2);
  CHECK(at::equal(cropped({{"roi_start", {-3, 0, 0}}, {"roi_end", {2, 1, 1}}}).data, row({0, 1})));
  CHECK_THROWS_WITH_AS(cropped({{"roi_start", {7, 0, 0}}, {"roi_end", {9, 1, 1}}}),
                       "SpatialCropd: nothing is left of \"image\"", Error);
}

TEST_CASE("Resized: nearest is floor(x · before / after), linear keeps to the border, the affine the extent") {
  Json spec{{"name", "Resized"}, {"keys", "image"}, {"spatial_size", {4, 1, 1}}, {"mode", "nearest"}};
  const SampleImage picked = transformed(spec, row({0, 1, 2, 3, 4, 5}));
  CHECK(at::equal(picked.data, row({0, 1, 3, 4})));
  CHECK(picked.affine(0, 0) == 1.5);
  CHECK(picked.affine(0, 3) == 0.25);
  spec["mode"] = "trilinear";
  CHECK(largestDifference(transformed(spec, row({0, 2})).data, row({0, 0.5, 1.5, 2})) < 1e-6);
  CHECK(transformed(spec, row({1, 2, 3, 4})).trace.empty());
}

TEST_CASE("SpatialPadd: the smaller half comes first, nothing is cut off") {
  const Json spec{{"name", "SpatialPadd"}, {"keys", "image"}, {"spatial_size", {5, 1, 1}}};
  CHECK(at::equal(transformed(spec, row({1, 2})).data, row({0, 1, 2, 0, 0})));
  const auto padded = transformed(spec, row({1, 2}));
  CHECK(padded.affine(0, 3) == -1);
  CHECK(transformed(spec, row({1, 2, 3, 4, 5, 6})).data.size(1) == 6);
}

TEST_CASE("Spacingd: one voxel, a thin slab, and sizes that round half to even") {
  const auto sizeOf = [](int64_t n, double before, double after) {
    Affine affine;
    for (int axis = 0; axis < 3; ++axis) affine(axis, axis) = before;
    const Json spec{{"name", "Spacingd"}, {"keys", "image"}, {"pixdim", after}};
    const auto result = transformed(spec, at::ones({1, n, 1, 2}), affine);
    CHECK(result.data.eq(1).all().item<bool>());
    return result.data.size(1);
  };
  CHECK(sizeOf(1, 3, 1) == 1);
  CHECK(sizeOf(7, 1, 2) == 4);
  CHECK(sizeOf(8, 1, 2) == 4);    // 4.5
  CHECK(sizeOf(6, 1, 2) == 4);    // 3.5
  CHECK(sizeOf(10, 1, 4) == 3);   // 3.25
  CHECK(sizeOf(4, 0.5, 1) == 2);  // 2.5
  CHECK(sizeOf(5, 1, -1) == 5);
}

TEST_CASE("Spacingd: spacing within 1e-3 is kept and the voxels are not touched") {
  Affine affine;
  affine(0, 0) = 1.0009;
  const auto data = at::rand({1, 4, 5, 6});
  const auto result = transformed({{"name", "Spacingd"}, {"keys", "image"}, {"pixdim", 1}}, data.clone(), affine);
  CHECK(at::equal(result.data, data));
  CHECK(result.affine == affine);
  CHECK(result.trace.empty());
}

TEST_CASE("Spacingd: an infinite voxel does not spread beyond its neighbours, nearest takes whole values") {
  Affine affine;
  affine(0, 0) = 2;
  auto data = row({1, INFINITY, 3, 4, 5});
  Json spec{{"name", "Spacingd"}, {"keys", "image"}, {"pixdim", 1}};
  const auto linear = transformed(spec, data.clone(), affine).data.flatten();
  CHECK(linear.narrow(0, 4, 5).isfinite().all().item<bool>());
  spec["mode"] = "nearest";
  const auto nearest = transformed(spec, row({0, 1, 2, 3, 4}), affine).data;
  CHECK(at::equal(nearest, nearest.round()));
}

TEST_CASE("Spacingd: a sheared affine goes through the general sampler and agrees with the separable one") {
  // Without shear the two must agree; a tiny shear, far below a voxel, chooses the general sampler.
  Affine plain;
  plain(0, 0) = 0.8;
  plain(1, 1) = 1.3;
  plain(2, 2) = 2.1;
  Affine sheared = plain;
  sheared(0, 1) = 1e-5;
  const auto data = at::rand({2, 9, 8, 7});
  const Json spec{{"name", "Spacingd"}, {"keys", "image"}, {"pixdim", {1.0, 1.1, 1.2}}};
  const auto separable = transformed(spec, data.clone(), plain);
  const auto general = transformed(spec, data.clone(), sheared);
  CHECK(largestDifference(separable.data, general.data) < 1e-4);
  CHECK(largestDifference(separable.data, general.data) > 0);
}

TEST_CASE("Transforms work the same on file-order memory as on C-order memory") {
  const Json specs = Json::array({{{"name", "Orientationd"}, {"keys", "image"}, {"axcodes", "LPS"}},
                                  {{"name", "Spacingd"}, {"keys", "image"}, {"pixdim", {1.4, 0.7, 1.0}}},
                                  {{"name", "ScaleIntensityd"}, {"keys", "image"}}});
  const auto data = at::rand({1, 6, 7, 8});
  const auto result = [&](at::Tensor input) {
    Sample sample = sampleOf({{"image", std::move(input)}});
    Pipeline(specs).applyDeterministic(sample, {});
    return sample.images.at("image").data.contiguous();
  };
  const auto fileOrder = data.permute({0, 3, 2, 1}).contiguous().permute({0, 3, 2, 1});
  CHECK(fileOrder.stride(1) == 1);
  CHECK(at::equal(result(data.clone()), result(fileOrder)));
}

TEST_CASE("Specs: unknown names, missing, misspelt and mistyped arguments are errors that name the field") {
  const auto message = [](const Json& spec) -> std::string {
    try {
      makeTransform(spec);
    } catch (const Error& error) {
      CHECK((error.code() == ErrorCode::InvalidInput));
      return error.what();
    }
    return "";
  };
  CHECK(message({{"name", "Nope"}}).find("Spacingd") != std::string::npos);
  CHECK(message({{"name", "Spacingd"}, {"keys", "image"}}).find("pixdim") != std::string::npos);
  CHECK(message({{"name", "Spacingd"}, {"keys", "image"}, {"pixdim", 1}, {"modee", "nearest"}}).find("modee") !=
        std::string::npos);
  CHECK(message({{"name", "Spacingd"}, {"keys", "image"}, {"pixdim", 1}, {"mode", "cubic"}}).find("mode") !=
        std::string::npos);
  CHECK(message({{"name", "Orientationd"}, {"keys", "image"}, {"axcodes", "RRS"}}).find("RRS") != std::string::npos);
  CHECK(message({{"name", "RandFlipd"}, {"keys", "image"}, {"prob", 2}}).find("prob") != std::string::npos);
  CHECK(message({{"name", "LoadImaged"}}).find("keys") != std::string::npos);
  // The argument that the complaint must begin with.
  const auto refused = [&](Json spec, const std::string& argument) {
    CAPTURE(spec.dump());
    spec["keys"] = "image";
    CHECK(message(spec).starts_with(spec["name"].get<std::string>() + ": " + argument + " "));
  };
  refused({{"name", "Flipd"}, {"spatial_axis", 3}}, "spatial_axis");
  refused({{"name", "Rotate90d"}, {"spatial_axes", {1, 1}}}, "spatial_axes");
  refused({{"name", "Rotate90d"}, {"spatial_axes", 1}}, "spatial_axes");
  refused({{"name", "ShiftIntensityd"}}, "offset");
  refused({{"name", "ScaleIntensityd"}, {"factor", 1}, {"minv", 0}}, "factor");
  refused({{"name", "ThresholdIntensityd"}}, "threshold");
  refused({{"name", "AdjustContrastd"}}, "gamma");
  refused({{"name", "RandAdjustContrastd"}, {"gamma", 0.5}}, "gamma");
  refused({{"name", "RandGaussianNoised"}, {"std", -1}}, "std");
  refused({{"name", "GaussianSmoothd"}}, "sigma");
  refused({{"name", "GaussianSmoothd"}, {"sigma", {1, -1, 1}}}, "sigma");
  refused({{"name", "GaussianSmoothd"}, {"sigma", 1}, {"approx", "sampled"}}, "approx");
  refused({{"name", "SpatialCropd"}, {"roi_center", {1, 1, 1}}}, "roi_center");
  refused({{"name", "SpatialCropd"}, {"roi_center", 1}, {"roi_size", 1}}, "roi_center");
  refused({{"name", "SpatialCropd"}, {"roi_center", {1, 1, 1}}, {"roi_size", 0}}, "roi_size");
  refused({{"name", "SpatialCropd"}, {"roi_start", {1, 1, 1}}, {"roi_end", 1}}, "roi_end");
  refused({{"name", "Resized"}, {"spatial_size", 4}}, "mode");
  refused({{"name", "Resized"}, {"spatial_size", 4}, {"mode", "area"}}, "mode");
  refused({{"name", "Flipd"}, {"axis", 1}}, "axis");
}

TEST_CASE("Pipelines: a missing key and a cancelled job end with the right error") {
  Sample sample = sampleOf({{"image", row({1, 2})}});
  const Pipeline pipeline(Json::array({{{"name", "ScaleIntensityd"}, {"keys", "label"}}}));
  CHECK_THROWS_WITH_AS(pipeline.applyDeterministic(sample, {}), doctest::Contains("\"label\""), Error);
  StopFlag stop;
  stop.raise();
  try {
    pipeline.applyDeterministic(sample, JobContext(stop, {}));
    FAIL("not cancelled");
  } catch (const Error& error) {
    CHECK((error.code() == ErrorCode::Cancelled));
  }
}

TEST_CASE("RandCropByPosNegLabeld: no foreground, no background, and a crop that does not fit") {
  const auto crops = [](const at::Tensor& label, int64_t size, bool smaller) {
    const Pipeline pipeline(Json::array({{{"name", "RandCropByPosNegLabeld"},
                                          {"keys", "label"},
                                          {"label_key", "label"},
                                          {"spatial_size", size},
                                          {"num_samples", 3},
                                          {"allow_smaller", smaller}}}));
    auto streams = pipeline.randomStreams(1);
    return pipeline.applyRandom(sampleOf({{"label", label}}), streams, {});
  };
  for (const float value : {0.0f, 1.0f}) {
    const auto result = crops(at::full({1, 4, 4, 4}, value), 2, false);
    REQUIRE(result.size() == 3);
    CHECK(result[2].images.at("label").data.sizes() == at::IntArrayRef({1, 2, 2, 2}));
  }
  CHECK_THROWS_AS(crops(at::ones({1, 4, 4, 4}), 5, false), Error);
  CHECK(crops(at::ones({1, 4, 4, 4}), 5, true)[0].images.at("label").data.size(1) == 4);
  CHECK_THROWS_AS(crops(at::ones({1, 0, 4, 4}), 2, true), Error);
}
