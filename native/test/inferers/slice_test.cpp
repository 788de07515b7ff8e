// SliceInferer against MONAI's.
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "golden.hpp"
#include "inferers/collect_logits.hpp"

using namespace mlabel;

TEST_CASE("a 2-D convolution through a volume, across each axis, is MONAI's") {
  const Json cases = Json::parse(test::readText(test::goldenPath("inferers/cases.json")));
  for (const std::string name : {"slice_0", "slice_1", "slice_2"}) {
    CAPTURE(name);
    const auto array = [&](const char* what) {
      return test::readNpy(test::goldenPath("inferers/" + name + "/" + what + ".npy"));
    };
    const at::Tensor weight = array("weight"), bias = array("bias"), expected = array("output");
    const auto convolve = [&](const at::Tensor& windows) { return at::conv2d(windows, weight, bias, 1, 1); };
    Json spec = cases[name];
    spec["name"] = "SliceInferer";
    const at::Tensor result = inferLogits(*makeInferer(spec), array("input"), {convolve, 2});
    REQUIRE(result.sizes() == expected.sizes());
    CHECK((result - expected).abs().max().item<double>() <= 1e-5);
  }
}

TEST_CASE("wrong arguments of SliceInferer are refused in words that name them") {
  const auto refused = [](const Json& args, const char* words) {
    Json spec = args;
    spec["name"] = "SliceInferer";
    CHECK_THROWS_WITH_AS(makeInferer(spec), doctest::Contains(words), Error);
  };
  refused({{"roi_size", 8}}, "SliceInferer: roi_size must have two values");
  refused({{"roi_size", {8, 8, 8}}}, "SliceInferer: roi_size must have two values");
  refused({{"roi_size", {8, 8}}, {"spatial_dim", 3}}, "spatial_dim must be 0, 1 or 2");
  refused({{"roi_size", {8, 8}}, {"spatial_dims", 2}}, "spatial_dims is not an argument");
  refused({{"roi_size", {8, 8}}, {"overlap", 1}}, "overlap");
}
