// Training steps against Python's: the same losses and weights; and what a step that is given up leaves behind.
#include "training/training_step.hpp"

#include <doctest/doctest.h>

#include "golden.hpp"
#include "networks/weights.hpp"
#include "runtime/device.hpp"

using namespace mlabel;

namespace {

const Json networkSpec{{"name", "UNet"},         {"spatial_dims", 3}, {"in_channels", 1},   {"out_channels", 2},
                       {"channels", {4, 8, 16}}, {"strides", {2, 2}}, {"num_res_units", 2}, {"norm", "batch"}};
const Json lossSpec{
    {"name", "DiceCELoss"}, {"to_onehot_y", true}, {"softmax", true}, {"squared_pred", true}, {"batch", true}};
const Json optimizerSpec{{"name", "AdamW"}, {"lr", 1e-3}, {"weight_decay", 1e-5}};

struct Golden {
  StateDict before, after;
  Batch batch;
  at::Tensor losses;
};

Golden readGolden() {
  Golden golden;
  for (const auto& [name, tensor] : readStateDict(test::goldenPath("training/steps.pt").string())) {
    if (name == "image") golden.batch.images = tensor;
    if (name == "target") golden.batch.labels = tensor;
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
  const auto loss = makeLoss(lossSpec);
  const auto optimizer = makeOptimizer(optimizerSpec, network->parameters());
  TrainingStep step(network, *loss, *optimizer, c10::kCPU);
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
    const auto loss = makeLoss(lossSpec);
    const auto optimizer = makeOptimizer(optimizerSpec, network->parameters());
    TrainingStep step(network, *loss, *optimizer, device);
    for (int64_t i = 0; i < golden.losses.size(0); ++i) {
      CHECK(step.run(golden.batch, {}).loss == doctest::Approx(golden.losses[i].item<double>()).epsilon(1e-3));
    }
  }
}

TEST_CASE("a step that is given up leaves the network as it was") {
  const Golden golden = readGolden();
  const auto network = makeNetwork(networkSpec);
  loadStateDict(*network, golden.before, true);
  network->train();
  const auto loss = makeLoss(lossSpec);
  const auto optimizer = makeOptimizer(optimizerSpec, network->parameters());
  StopFlag stop;
  // The loss is where this job is stopped: after the forward pass, which has changed the running statistics.
  struct StoppingLoss : Loss {
    StoppingLoss(const Loss& loss, StopFlag flag) : inner(loss), stop(std::move(flag)) {}
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const override {
      StopFlag(stop).raise();
      return inner(logits, target);
    }
    const Loss& inner;
    StopFlag stop;
  };
  const StoppingLoss stopping(*loss, stop);
  TrainingStep step(network, stopping, *optimizer, c10::kCPU);
  CHECK_THROWS_WITH_AS(step.run(golden.batch, JobContext(stop, {})), "the job was cancelled", Error);
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
  const FailingLoss failing(*network);
  TrainingStep step(network, failing, *optimizer, c10::kCPU);
  CHECK_THROWS_WITH_AS(step.run(golden.batch, {}), "the device has died", Error);
}

TEST_CASE("a loss that is no number ends the training with a sentence") {
  Golden golden = readGolden();
  golden.batch.images[0][0][0][0][0] = std::numeric_limits<float>::infinity();
  const auto network = makeNetwork(networkSpec);
  network->train();
  const auto loss = makeLoss(lossSpec);
  const auto optimizer = makeOptimizer(optimizerSpec, network->parameters());
  TrainingStep step(network, *loss, *optimizer, c10::kCPU);
  CHECK_THROWS_WITH_AS(step.run(golden.batch, {}), "the loss is not a finite number any more; lower the optimizer's lr",
                       Error);
}
