// A network with two inputs and two heads: deep supervision, accumulation, clipping and the average of the weights
// against Python's; inference of its main output.
#include <ATen/CPUGeneratorImpl.h>
#include <doctest/doctest.h>

#include "golden.hpp"
#include "inferers/collect_logits.hpp"
#include "networks/predictor.hpp"
#include "networks/weights.hpp"
#include "training/training_step.hpp"
#include "training/two_heads.hpp"
#include "training/weight_average.hpp"

using namespace mlabel;

namespace {

struct Golden {
  std::map<std::string, at::Tensor> all;

  Golden() {
    for (const auto& [name, tensor] : readStateDict(test::goldenPath("training/deep.pt").string())) {
      all.emplace(name, tensor);
    }
  }

  StateDict part(const std::string& prefix, const StateDict& like) const {
    StateDict weights;
    for (const auto& [name, tensor] : like) weights.emplace_back(name, all.at(prefix + name));
    return weights;
  }

  std::shared_ptr<Network> network(const std::string& part = "before/") const {
    const auto network = std::make_shared<test::TwoHeads>();
    loadStateDict(*network, this->part(part, stateDict(*network)), true);
    network->train();
    return network;
  }

  Batch batch(int64_t index) const { return {{"image", all.at("images")[index]}, {"label", all.at("targets")[index]}}; }
};

std::unique_ptr<Objective> deepSupervision(Json spec) {
  spec["name"] = "DeepSupervision";
  return makeObjective(spec, makeLoss({{"name", "DiceCELoss"}, {"to_onehot_y", true}, {"softmax", true}}));
}

void checkNear(const Network& network, const StateDict& expected) {
  const StateDict weights = stateDict(network);
  REQUIRE(weights.size() == expected.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    CAPTURE(weights[i].first);
    CHECK((weights[i].second - expected[i].second).abs().max().item<double>() < 1e-6);
  }
}

}  // namespace

TEST_CASE_FIXTURE(
    Golden, "six updates with deep supervision, accumulation and clipping are Python's, and so is their average") {
  const std::shared_ptr<Network> network = this->network();
  const auto objective = deepSupervision({{"weight_mode", "exp"}});
  const auto optimizer = makeOptimizer({{"name", "AdamW"}, {"lr", 1e-2}}, network->parameters());
  TrainingStep step(network, *objective, *optimizer, c10::kCPU, {.norm = 0.15, .value = {}});
  WeightAverage average(this->network(), 0.8);
  for (int64_t i = 0; i < 12; ++i) {
    const double loss = step.run(batch(i), {}, {i % 2, 2}).loss;
    CHECK(loss == doctest::Approx(all.at("losses")[i].item<double>()).epsilon(1e-6));
    if (i % 2 == 1) average.update(*network);
  }
  checkNear(*network, part("after/", stateDict(*network)));
  checkNear(*average.network(), part("average/", stateDict(*network)));
}

TEST_CASE_FIXTURE(Golden, "every way to weigh the outputs is MONAI's") {
  const std::shared_ptr<Network> network = this->network("after/");
  for (const auto& [name, spec] : std::vector<std::pair<std::string, Json>>{
           {"same", {{"weight_mode", "same"}}},
           {"exp", Json::object()},
           {"two", {{"weight_mode", "two"}}},
           {"own", {{"weights", {0.2, 0.3, 0.5}}}},
       }) {
    CAPTURE(name);
    const double loss = (*deepSupervision(spec))(*network, batch(0), {}).loss.item<double>();
    CHECK(loss == doctest::Approx(all.at("loss/" + name).item<double>()).epsilon(1e-6));
  }
}

TEST_CASE_FIXTURE(Golden, "without heads deep supervision is the loss itself") {
  const Json spec{{"name", "UNet"},    {"spatial_dims", 3},  {"in_channels", 2},
                  {"out_channels", 2}, {"channels", {2, 4}}, {"strides", {1}}};
  const auto network = makeNetwork(spec, at::make_generator<at::CPUGeneratorImpl>(1));
  const auto loss = [&](const Json& objective) {
    return (*makeObjective(objective, makeLoss({{"name", "DiceLoss"}, {"to_onehot_y", true}, {"softmax", true}})))(
               *network, batch(0), {})
        .loss.item<double>();
  };
  CHECK(loss({{"name", "DeepSupervision"}}) == loss({}));
}

TEST_CASE_FIXTURE(Golden, "inference takes the main output alone, of two input channels") {
  const std::shared_ptr<Network> network = this->network();
  const Outputs outputs = network->forwardWithHeads(batch(0).at("image"));
  REQUIRE(outputs.heads.size() == 2);
  CHECK(outputs.heads[0].sizes() == at::IntArrayRef({1, 2, 4, 4, 4}));
  CHECK(outputs.heads[1].sizes() == at::IntArrayRef({1, 2, 2, 2, 2}));

  const auto inferer = makeInferer({{"name", "SlidingWindowInferer"}, {"roi_size", {7, 7, 7}}});
  const c10::InferenceMode inference;
  for (const auto make : {makePredictor, makeModulePredictor}) {
    const auto predictor = make(network, c10::kCPU, Precision::Float32);
    const LedNetwork led{[&](const at::Tensor& x) { return predictor->predict(x, {}); }};
    const at::Tensor logits = inferLogits(*inferer, batch(0).at("image")[0], led);
    CHECK((logits - outputs.main[0].detach()).abs().max().item<double>() < 1e-5);
  }
}

TEST_CASE("an objective that is wrong says so") {
  CHECK_THROWS_WITH_AS(makeObjective({{"name", "Deep"}}, nullptr),
                       "\"Deep\" is not a known objective; known are DeepSupervision, Supervised", Error);
  CHECK_THROWS_WITH_AS(deepSupervision({{"weight_mode", "half"}}),
                       "DeepSupervision: weight_mode is \"half\", not one of same, exp, two", Error);
  CHECK_THROWS_WITH_AS(deepSupervision({{"weights", {1, -1}}}), "DeepSupervision: weights must not be negative", Error);
  const auto network = std::make_shared<test::TwoHeads>();
  const Batch batch{{"image", at::zeros({1, 2, 4, 4, 4})}, {"label", at::zeros({1, 1, 4, 4, 4})}};
  CHECK_THROWS_WITH_AS((*deepSupervision({{"weights", {1, 1}}}))(*network, batch, {}),
                       "DeepSupervision: weights needs 3 values, one for each output of the network", Error);
  CHECK_THROWS_WITH_AS((*deepSupervision(Json::object()))(*network, {{"image", batch.at("image")}}, {}),
                       "trainTransforms leave no \"label\" to train with", Error);
}
