#include "training/training_state.hpp"

#include <ATen/ATen.h>

namespace mlabel {
namespace {

/// A place in a run: what follows from it must stay within 64 bits.
int64_t place(const Args& values, const std::string& field) {
  const auto value = values.require<int64_t>(field);
  if (value < 0 || value > 1'000'000'000) values.invalid(field, "is no number of epochs or steps");
  return value;
}

BestMetric unpack(const Args& values, const std::string& metric) {
  return {values.require<double>(metric), values.require<int64_t>(metric + "_epoch")};
}

}  // namespace

Checkpoint packCheckpoint(const TrainingState& state, const StateDict& weights, const Optimizer& optimizer) {
  StateDict moments;
  for (const at::Tensor& tensor : optimizer.state()) {
    moments.emplace_back(std::to_string(moments.size()), tensor.cpu());
  }
  Json values = {{"seed", state.seed},
                 {"epoch", state.epoch},
                 {"step", state.step},
                 {"steps_per_epoch", state.stepsPerEpoch},
                 {"loss_sum", state.lossSum},
                 {"dice_sum", state.trainDice.sum()},
                 {"dice_count", state.trainDice.count()},
                 {"best_train", state.bestTrain.value},
                 {"best_train_epoch", state.bestTrain.epoch},
                 {"validations_without_better", state.validationsWithoutBetter}};
  if (state.bestValidation) {
    values["best_validation"] = state.bestValidation->value;
    values["best_validation_epoch"] = state.bestValidation->epoch;
  }
  return {{{"model", weights}, {"optimizer", moments}}, std::move(values)};
}

TrainingState unpackCheckpoint(const Checkpoint& checkpoint, Network& network, Optimizer& optimizer) {
  TrainingState state;
  try {
    const Args values("checkpoint", checkpoint.values);
    state.seed = values.require<uint64_t>("seed");
    state.epoch = place(values, "epoch");
    state.step = place(values, "step");
    if (values.has("steps_per_epoch")) state.stepsPerEpoch = place(values, "steps_per_epoch");
    state.lossSum = values.require<double>("loss_sum");
    state.trainDice.restore(values.require<double>("dice_sum"), values.require<int64_t>("dice_count"));
    state.bestTrain = unpack(values, "best_train");
    if (values.has("best_validation")) state.bestValidation = unpack(values, "best_validation");
    state.validationsWithoutBetter = values.require<int64_t>("validations_without_better");
  } catch (const Error& error) {
    throw Error(ErrorCode::InvalidFile, error.what());
  }

  loadStateDict(network, checkpoint.part("model"), /*strict=*/true);
  std::vector<at::Tensor> moments;
  for (const auto& [name, tensor] : checkpoint.part("optimizer")) moments.push_back(tensor);
  optimizer.loadState(moments);
  return state;
}

}  // namespace mlabel
