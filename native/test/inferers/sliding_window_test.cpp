// Sliding windows against MONAI's: steps by hand, weights and blended volumes from golden files.
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "golden.hpp"
#include "inferers/collect_logits.hpp"
#include "inferers/importance.hpp"

using namespace mlabel;

namespace {

at::Tensor goldenArray(const std::string& name) { return test::readNpy(test::goldenPath("cases/" + name + ".npy")); }

const PredictFunction identity = [](const at::Tensor& windows) { return windows; };

Json sliding(Json args) {
  args["name"] = "SlidingWindowInferer";
  return args;
}

const Json simple = {{"name", "SimpleInferer"}};

at::Tensor infer(const Json& spec, const at::Tensor& image, const LedNetwork& network, const JobContext& context = {}) {
  return inferLogits(*makeInferer(spec), image, network, context);
}

}  // namespace

TEST_CASE("windows step by int(roi * (1 - overlap)) and end at the border") {
  using Starts = std::vector<int64_t>;
  CHECK(windowStarts(256, 160, 0.25) == Starts{0, 96});
  CHECK(windowStarts(256, 160, 0.5) == Starts{0, 80, 96});
  CHECK(windowStarts(300, 96, 0.4) == Starts{0, 57, 114, 171, 204});
  CHECK(windowStarts(97, 96, 0.25) == Starts{0, 1});
  CHECK(windowStarts(96, 96, 0.9) == Starts{0});
  CHECK(windowStarts(12, 10, 0.95) == Starts{0, 1, 2});
}

TEST_CASE("Gaussian weights are MONAI's") {
  const std::vector<double> scale(3, 0.125);
  CHECK(at::allclose(gaussianImportance({8, 8, 8}, scale), goldenArray("importance_8/output"), 0, 1e-7));
  CHECK(at::allclose(gaussianImportance({9, 16, 12}, scale), goldenArray("importance_9/output"), 0, 1e-7));
}

TEST_CASE("blended windows are MONAI's") {
  const struct {
    const char* name;
    Json args;
  } cases[] = {
      {"sliding_0", {{"roi_size", {8, 8, 8}}}},
      {"sliding_1",
       {{"roi_size", {8, 10, 8}},
        {"overlap", 0.4},
        {"mode", "gaussian"},
        {"sw_batch_size", 4},
        {"padding_mode", "replicate"}}},
      {"sliding_2",
       {{"roi_size", {8, 8, 10}}, {"overlap", {0.5, 0.5, 0.5}}, {"mode", "gaussian"}, {"sw_batch_size", 2}}},
  };
  for (const auto& [name, args] : cases) {
    CAPTURE(name);
    const std::string folder = name;
    const at::Tensor weight = goldenArray(folder + "/weight"), bias = goldenArray(folder + "/bias");
    const auto convolve = [&](const at::Tensor& windows) { return at::conv3d(windows, weight, bias, 1, 1); };
    const at::Tensor expected = goldenArray(folder + "/output")[0];
    const at::Tensor result = infer(sliding(args), goldenArray(folder + "/input")[0], {convolve});
    REQUIRE(result.sizes() == expected.sizes());
    CHECK((result - expected).abs().max().item<double>() <= 1e-6);
  }
}

TEST_CASE("a network that changes nothing gives the image back, of any size, in 2-D and 3-D") {
  at::manual_seed(1);
  for (const Json& args :
       std::vector<Json>{{{"roi_size", 8}},
                         {{"roi_size", {8, -1, 5}}, {"overlap", 0.6}},
                         {{"roi_size", {nullptr, 8, 64}}, {"mode", "gaussian"}, {"sw_batch_size", 3}}}) {
    CAPTURE(args.dump());
    const at::Tensor image = at::rand({2, 11, 17, 9});
    CHECK(at::allclose(infer(sliding(args), image, {identity}), image, 1e-5, 1e-6));
  }
  const at::Tensor slice = at::rand({1, 21, 13, 1});
  const PredictFunction flat = [](const at::Tensor& windows) {
    CHECK(windows.dim() == 4);
    return windows;
  };
  CHECK(at::allclose(infer(sliding({{"roi_size", {8, 8}}}), slice, {flat, 2}), slice, 1e-5, 1e-6));
  CHECK(at::equal(infer(simple, slice, {flat, 2}), slice));
}

TEST_CASE("a network that answers in another size is refused") {
  const at::Tensor image = at::zeros({1, 4, 4, 4});
  const PredictFunction half = [](const at::Tensor& windows) { return at::avg_pool3d(windows, 2); };
  const PredictFunction scores = [](const at::Tensor& windows) { return windows.flatten(2).mean(2); };
  for (const PredictFunction& predict : {half, scores}) {
    CHECK_THROWS_WITH_AS(infer(sliding({{"roi_size", 4}}), image, {predict}),
                         doctest::Contains("changes the size of a window"), Error);
    CHECK_THROWS_WITH_AS(infer(simple, image, {predict}), doctest::Contains("changes the size of the image"), Error);
  }
}

TEST_CASE("the image itself is never written to") {
  const at::Tensor image = at::ones({1, 4, 4, 4});
  infer(sliding({{"roi_size", 4}, {"mode", "gaussian"}}), image, {identity});
  infer(sliding({{"roi_size", 2}, {"overlap", 0.5}}), image, {identity});
  CHECK(at::equal(image, at::ones({1, 4, 4, 4})));
}

TEST_CASE("progress goes up to 1 and a raised flag stops between windows") {
  StopFlag stop;
  std::vector<double> done;
  const JobContext context(stop, [&](const Json& message) {
    done.push_back(message.at("done").get<double>());
    if (done.size() == 3) stop.raise();
  });
  const at::Tensor image = at::zeros({1, 4, 4, 4});
  const Json eight = sliding({{"roi_size", 2}, {"overlap", 0}});
  CHECK_THROWS_WITH_AS(infer(eight, image, {identity}, context), "the job was cancelled", Error);
  CHECK(done == std::vector<double>{0.125, 0.25, 0.375});
}

TEST_CASE("wrong arguments are refused in words that name them") {
  CHECK_THROWS_WITH_AS(makeInferer(sliding(Json::object())), doctest::Contains("roi_size"), Error);
  for (const auto& [field, value] : {std::pair{"overlap", 1.0}, {"sw_batch_size", 0.0}, {"overlapp", 0.5}}) {
    CHECK_THROWS_WITH_AS(makeInferer(sliding({{"roi_size", 8}, {field, value}})), doctest::Contains(field), Error);
  }
  CHECK_THROWS_WITH_AS(makeInferer({{"name", "Nobody"}}), doctest::Contains("SlidingWindowInferer"), Error);
  CHECK_THROWS_WITH_AS(infer(sliding({{"roi_size", {8, 8}}}), at::zeros({1, 9, 9, 9}), {identity}),
                       doctest::Contains("roi_size has 2 values for windows of 3 axes"), Error);
}

TEST_CASE("a 2-D network on a volume is refused, with the name of what leads it there") {
  const at::Tensor volume = at::zeros({1, 9, 9, 5});
  for (const Json& spec : {simple, sliding({{"roi_size", 8}})}) {
    CHECK_THROWS_WITH_AS(infer(spec, volume, {identity, 2}),
                         doctest::Contains("for 2-D images; this one has 5 slices. SliceInferer leads"), Error);
  }
}
