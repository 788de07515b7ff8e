// Training steps against Python's: the same losses and weights; and what a step that is given up leaves behind.
#include "training/training_step.hpp"

#include <ATen/core/grad_mode.h>
#include <doctest/doctest.h>

#include "golden.hpp"
#include "networks/weights.hpp"
#include "runtime/device.hpp"
#include "runtime/random_state.hpp"

using namespace mlabel;

namespace {

const Json networkSpec{{"name", "UNet"},         {"spatial_dims", 3}, {"in_channels", 1},   {"out_channels", 2},
                       {"channels", {4, 8, 16}}, {"strides", {2, 2}}, {"num_res_units", 2}, {"norm", "batch"}};
const Json lossSpec{
    {"name", "DiceCELoss"}, {"to_onehot_y", true}, {"softmax", true}, {"squared_pred", true}, {"batch", true}};
const Json optimizerSpec{{"name", "AdamW"}, {"lr", 1e-3}, {"weight_decay", 1e-5}};

std::unique_ptr<Objective> objectiveOf(std::unique_ptr<Loss> loss) { return makeObjective({}, std::move(loss)); }

struct Golden {
  StateDict before, after;
  Batch batch;
  at::Tensor losses;
};

Golden readGolden() {
  Golden golden;
  for (const auto& [name, tensor] : readStateDict(test::goldenPath("training/steps.pt").string())) {
    if (name == "image") golden.batch["image"] = tensor;
    if (name == "target") golden.batch["label"] = tensor;
    if (name == "losses") golden.losses = tensor;
    if (name.starts_with("before/")) golden.before.emplace_back(name.substr(7), tensor);
    if (name.starts_with("after/")) golden.after.emplace_back(name.substr(6), tensor);
  }
  return golden;
}

/// The true gradient of a convolution's bias in front of batch norm is zero; Adam turns its rounding noise into steps,
/// which the running mean follows. They say nothing about equality.
bool noise(const std::string& name) {
  return name.ends_with("conv.bias") || name.ends_with("residual.bias") || name.ends_with("running_mean");
}

}  // namespace

TEST_CASE("six steps of a UNet give Python's losses and weights") {
  const Golden golden = readGolden();
  const auto network = makeNetwork(networkSpec);
  loadStateDict(*network, golden.before, true);
  network->train();
  const auto objective = objectiveOf(makeLoss(lossSpec));
  const auto optimizer = makeOptimizer(optimizerSpec, network->parameters());
  TrainingStep step(network, *objective, *optimizer, c10::kCPU);
  for (int64_t i = 0; i < golden.losses.size(0); ++i) {
    const double value = step.run(golden.batch, {}).loss;
    CHECK(value == doctest::Approx(golden.losses[i].item<double>()).epsilon(1e-6));
  }

  const StateDict weights = stateDict(*network);
  REQUIRE(weights.size() == golden.after.size());
  size_t identical = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const auto& [name, expected] = golden.after[i];
    CAPTURE(name);
    CHECK(weights[i].first == name);
    identical += weights[i].second.equal(expected) ? 1 : 0;
    if (!noise(name)) CHECK((weights[i].second - expected).abs().max().item<double>() < 1e-4);
  }
  // On the processor that made the golden file all are; on another one rounding differs.
  MESSAGE(identical << " of " << weights.size() << " tensors are identical to Python's");
}

TEST_CASE("six steps on every accelerator stay near Python's losses") {
  const Golden golden = readGolden();
  for (const c10::Device device : devices()) {
    if (device.is_cpu()) continue;
    CAPTURE(device.str());
    const auto network = makeNetwork(networkSpec);
    loadStateDict(*network, golden.before, true);
    network->to(device);
    network->train();
    const auto objective = objectiveOf(makeLoss(lossSpec));
    const auto optimizer = makeOptimizer(optimizerSpec, network->parameters());
    TrainingStep step(network, *objective, *optimizer, device);
    for (int64_t i = 0; i < golden.losses.size(0); ++i) {
      CHECK(step.run(golden.batch, {}).loss == doctest::Approx(golden.losses[i].item<double>()).epsilon(1e-3));
    }
  }
}

TEST_CASE("six steps in bfloat16 stay near Python's losses, with float32 weights and gradients") {
  const Golden golden = readGolden();
  for (const c10::Device device : devices()) {
    if (!supportsBFloat16(device)) continue;
    CAPTURE(device.str());
    const auto network = makeNetwork(networkSpec);
    loadStateDict(*network, golden.before, true);
    network->to(device);
    network->train();
    const auto objective = objectiveOf(makeLoss(lossSpec));
    const auto optimizer = makeOptimizer(optimizerSpec, network->parameters());
    TrainingStep step(network, *objective, *optimizer, device);
    const StepContext context{.job = {}, .seed = 0, .precision = Precision::BFloat16};
    for (int64_t i = 0; i < golden.losses.size(0); ++i) {
      const TrainingStep::Result result = step.run(golden.batch, context);
      CHECK(result.loss == doctest::Approx(golden.losses[i].item<double>()).epsilon(2e-2));
      CHECK(result.loss != golden.losses[i].item<double>());
      CHECK((result.logits.scalar_type() == at::kFloat));
    }
    for (const at::Tensor& parameter : network->parameters()) {
      CHECK((parameter.scalar_type() == at::kFloat));
      CHECK((parameter.grad().scalar_type() == at::kFloat));
    }
  }
}

TEST_CASE("a step that is given up leaves the network as it was") {
  const Golden golden = readGolden();
  const auto network = makeNetwork(networkSpec);
  loadStateDict(*network, golden.before, true);
  network->train();
  const auto optimizer = makeOptimizer(optimizerSpec, network->parameters());
  StopFlag stop;
  // The loss is where this job is stopped: after the forward pass, which has changed the running statistics.
  struct StoppingLoss : Loss {
    explicit StoppingLoss(StopFlag flag) : stop(std::move(flag)) {}
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const override {
      StopFlag(stop).raise();
      return (*inner)(logits, target);
    }
    std::unique_ptr<Loss> inner = makeLoss(lossSpec);
    StopFlag stop;
  };
  const auto stopping = objectiveOf(std::make_unique<StoppingLoss>(stop));
  TrainingStep step(network, *stopping, *optimizer, c10::kCPU);
  CHECK_THROWS_WITH_AS(step.run(golden.batch, {.job = JobContext(stop, {})}), "the job was cancelled", Error);
  const StateDict weights = stateDict(*network);
  REQUIRE(weights.size() == golden.before.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    CAPTURE(weights[i].first);
    CHECK(weights[i].first == golden.before[i].first);
    CHECK(weights[i].second.equal(golden.before[i].second));
  }
}

TEST_CASE("a step that fails tells its own error, also where the network cannot be put back") {
  const Golden golden = readGolden();
  const auto network = makeNetwork(networkSpec);
  network->train();
  const auto optimizer = makeOptimizer(optimizerSpec, network->parameters());
  // As on a device that has died, nothing can be copied into the buffers afterwards.
  struct FailingLoss : Loss {
    explicit FailingLoss(const Network& network) : network(network) {}
    at::Tensor operator()(const at::Tensor&, const at::Tensor&) const override {
      for (at::Tensor buffer : network.buffers()) buffer.resize_({2, 3, 5});
      throw Error(ErrorCode::Internal, "the device has died");
    }
    const Network& network;
  };
  const auto failing = objectiveOf(std::make_unique<FailingLoss>(*network));
  TrainingStep step(network, *failing, *optimizer, c10::kCPU);
  CHECK_THROWS_WITH_AS(step.run(golden.batch, {}), "the device has died", Error);
}

TEST_CASE("a loss that is no number ends the training with a sentence") {
  Golden golden = readGolden();
  golden.batch["image"][0][0][0][0][0] = std::numeric_limits<float>::infinity();
  const auto network = makeNetwork(networkSpec);
  network->train();
  const auto objective = objectiveOf(makeLoss(lossSpec));
  const auto optimizer = makeOptimizer(optimizerSpec, network->parameters());
  TrainingStep step(network, *objective, *optimizer, c10::kCPU);
  CHECK_THROWS_WITH_AS(step.run(golden.batch, {}), "the loss is not a finite number any more; lower the optimizer's lr",
                       Error);
}

TEST_CASE("an update that lacks a batch leaves the network as it was") {
  const Golden golden = readGolden();
  const auto network = makeNetwork(networkSpec);
  loadStateDict(*network, golden.before, true);
  network->train();
  const auto objective = objectiveOf(makeLoss(lossSpec));
  const auto optimizer = makeOptimizer(optimizerSpec, network->parameters());
  TrainingStep(network, *objective, *optimizer, c10::kCPU).run(golden.batch, {}, {0, 2});
  const StateDict weights = stateDict(*network);
  for (size_t i = 0; i < weights.size(); ++i) {
    CAPTURE(weights[i].first);
    CHECK(weights[i].second.equal(golden.before[i].second));
  }
}

TEST_CASE("an objective may look at what the network says before it lets it learn") {
  // As simulated clicks do: a pass without gradients, a draw, another input.
  struct Simulating : Objective {
    Result operator()(Network& network, const Batch& batch, const StepContext& context) const override {
      RandomState random(context.seed);
      at::Tensor image = tensorOf(batch, "image").clone();
      {
        const at::NoGradGuard noGrad;
        network.eval();
        image.add_(network.forward(image, context.job).narrow(1, 1, 1).sigmoid(), random.rand());
        network.train();
      }
      return makeObjective({}, makeLoss(lossSpec))
          ->
          operator()(network, {{"image", image}, {"label", batch.at("label")}}, context);
    }
  };
  const Golden golden = readGolden();
  const auto lossesOf = [&](uint32_t seed) {
    const auto network = makeNetwork(networkSpec);
    loadStateDict(*network, golden.before, true);
    network->train();
    const Simulating objective;
    const auto optimizer = makeOptimizer(optimizerSpec, network->parameters());
    TrainingStep step(network, objective, *optimizer, c10::kCPU);
    std::vector<double> losses;
    for (int i = 0; i < 3; ++i)
      losses.push_back(step.run(golden.batch, {.job = {}, .seed = seed, .precision = Precision::Float32}).loss);
    return losses;
  };
  const std::vector<double> losses = lossesOf(1);
  CHECK(losses[2] < losses[0]);
  CHECK(lossesOf(1) == losses);
  CHECK(lossesOf(2)[0] != losses[0]);
}
