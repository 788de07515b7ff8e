#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/InferenceMode.h>
#include <doctest/doctest.h>

#include "golden.hpp"
#include "networks/network.hpp"
#include "networks/predictor.hpp"
#include "networks/weights.hpp"
#include "runtime/device.hpp"

using namespace mlabel;
using mlabel::test::goldenPath;

namespace {

std::shared_ptr<Network> goldenNetwork(const std::string& name) {
  Json spec = parseJson(test::readText(goldenPath("networks/networks.json"))).at(name).at("args");
  spec["name"] = "UNet";
  auto network = makeNetwork(spec);
  loadStateDict(*network, readStateDict(goldenPath("networks/" + name + ".pt")), true);
  network->eval();
  return network;
}

double largestDifference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

}  // namespace

TEST_CASE("UNet gives the logits that MONAI gave, as a module and prepared for inference") {
  for (const char* name : {"unet_batch", "unet_instance_nores", "unet_2d"}) {
    CAPTURE(name);
    const c10::InferenceMode guard;
    const auto network = goldenNetwork(name);
    const at::Tensor input = test::readNpy(goldenPath(std::string("networks/") + name + ".input.npy"));
    const at::Tensor expected = test::readNpy(goldenPath(std::string("networks/") + name + ".output.npy"));
    CHECK(largestDifference(network->forward(input), expected) <= 1e-5);

    const auto predictor = makePredictor(network, c10::Device("cpu"), Precision::Float32);
    const at::Tensor logits = predictor->predict(input, {});
    CHECK(largestDifference(logits, expected) <= 1e-5);
    CHECK(logits.argmax(1).equal(expected.argmax(1)));
    const at::Tensor half = input.narrow(2, 0, input.size(2) / 2);
    CHECK(largestDifference(predictor->predict(half, {}), network->forward(half)) <= 1e-5);
  }
}

TEST_CASE("the plain layers give MONAI's logits on every device") {
  for (const c10::Device device : devices()) {
    CAPTURE(device.str());
    const c10::InferenceMode guard;
    const auto predictor = makeModulePredictor(goldenNetwork("unet_batch"), device, Precision::Float32);
    const at::Tensor input = test::readNpy(goldenPath("networks/unet_batch.input.npy"));
    const at::Tensor expected = test::readNpy(goldenPath("networks/unet_batch.output.npy"));
    const at::Tensor logits = predictor->predict(input.to(device), {}).cpu();
    CHECK(largestDifference(logits, expected) <= (device.is_cpu() ? 1e-5 : 1e-4));
    CHECK(logits.argmax(1).equal(expected.argmax(1)));
    CHECK(predictor->bytes() > 0);
    if (!supportsBFloat16(device)) continue;
    const auto brief = makeModulePredictor(goldenNetwork("unet_batch"), device, Precision::BFloat16);
    CHECK(largestDifference(brief->predict(input.to(device), {}).cpu(), expected) <=
          0.05 * expected.abs().max().item<double>());
  }
}

TEST_CASE("bfloat16 stays near float32 where the processor has it, and is refused where not") {
  const c10::InferenceMode guard;
  const auto network = goldenNetwork("unet_batch");
  const at::Tensor input = test::readNpy(goldenPath("networks/unet_batch.input.npy"));
  const at::Tensor expected = test::readNpy(goldenPath("networks/unet_batch.output.npy"));
  if (supportsBFloat16(c10::Device("cpu"))) {
    const auto predictor = makePredictor(network, c10::Device("cpu"), Precision::BFloat16);
    CHECK(largestDifference(predictor->predict(input, {}), expected) <= 0.05 * expected.abs().max().item<double>());
  } else {
    CHECK_THROWS_AS(makePredictor(network, c10::Device("cpu"), Precision::BFloat16), Error);
  }
}

TEST_CASE("the same seed draws the same initial weights as Python, under the same names") {
  const auto network = makeNetwork(
      parseJson(R"({"name": "UNet", "spatial_dims": 3, "in_channels": 1, "out_channels": 2, "channels": [2, 3, 4],
                    "strides": [2, 2], "num_res_units": 2, "norm": "batch"})"),
      at::make_generator<at::CPUGeneratorImpl>(7));
  const StateDict python = readStateDict(goldenPath("weights/unet_seed7.pt"));
  const StateDict ours = stateDict(*network);
  REQUIRE(ours.size() == python.size());
  for (size_t i = 0; i < ours.size(); ++i) {
    CAPTURE(python[i].first);
    CHECK(ours[i].first == python[i].first);
    CHECK(ours[i].second.equal(python[i].second));
  }
}

TEST_CASE("sizes must be multiples of the product of the strides") {
  const auto divisor = [](const char* strides) {
    return makeNetwork(parseJson(std::string(R"({"name": "UNet", "spatial_dims": 3, "in_channels": 1, "out_channels": 2,
                                                "channels": [2, 2, 2], "strides": )") +
                                 strides + "}"))
        ->divisor();
  };
  CHECK(divisor("[2, 2]") == 4);
  CHECK(divisor("[1, 2]") == 2);
  CHECK(divisor("[2, [3, 1, 1]]") == 6);

  const auto network = makeNetwork(parseJson(R"({"name": "UNet", "spatial_dims": 3, "in_channels": 1, "out_channels": 2,
                                                "channels": [2, 2, 2], "strides": [2, 2]})"));
  const std::string message =
      "the network takes sizes that are multiples of 4, not 8×6×4; choose such a roi_size, or pad to such a size";
  CHECK_THROWS_WITH_AS(network->forward(at::zeros({1, 1, 8, 6, 4})), message.c_str(), Error);
  const auto predictor = makePredictor(network, c10::Device("cpu"), Precision::Float32);
  CHECK_THROWS_WITH_AS(predictor->predict(at::zeros({1, 1, 8, 6, 4}), {}), message.c_str(), Error);
}

TEST_CASE("a wrong spec names the argument") {
  const auto message = [](const std::string& rest) -> std::string {
    try {
      makeNetwork(parseJson(R"({"name": "UNet", "spatial_dims": 3, "in_channels": 1, "out_channels": 2)" + rest + "}"));
    } catch (const Error& error) {
      CHECK(std::string(toString(error.code())) == "INVALID_INPUT");
      return error.what();
    }
    return "accepted";
  };
  const std::string sizes = R"(, "channels": [2, 4], "strides": [2])";
  CHECK(message(sizes) == "accepted");
  CHECK(message(R"(, "channels": [2], "strides": [2])").find("channels") != std::string::npos);
  CHECK(message(R"(, "channels": [2, 4], "strides": [])").find("strides") != std::string::npos);
  CHECK(message(sizes + R"(, "kernel_size": 2)").find("kernel_size must be odd") != std::string::npos);
  CHECK(message(sizes + R"(, "norm": "layer")").find("norm") != std::string::npos);
  CHECK(message(sizes + R"(, "norm": ["batch", {"epsilon": 1}])").find("epsilon") != std::string::npos);
  CHECK(message(sizes + R"(, "adn_ordering": "NAN")").find("adn_ordering") != std::string::npos);
  CHECK(message(sizes + R"(, "num_res_unit": 2)").find("num_res_unit") != std::string::npos);
  CHECK_THROWS_AS(makeNetwork(parseJson(R"({"name": "Unet"})")), Error);
}
