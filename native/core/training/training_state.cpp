#include "training/training_state.hpp"

namespace mlabel {
namespace {

const std::string sumPrefix = "sum_of_", countPrefix = "count_of_";

/// A place in a run: what follows from it must stay within 64 bits.
int64_t placeOf(const Args& values, const std::string& field) {
  const auto value = values.require<int64_t>(field);
  if (value < 0 || value > 1'000'000'000) values.invalid(field, "is no number of epochs or steps");
  return value;
}

BestMetric unpackBest(const Args& values, const std::string& metric) {
  return {values.require<double>(metric), values.require<int64_t>(metric + "_epoch")};
}

Metrics unpackMetrics(const Args& values, const Json& all) {
  std::map<std::string, Metrics::Mean> means;
  const auto add = [&](const std::string& name, const std::string& sum, const std::string& count) {
    const Metrics::Mean mean{values.require<double>(sum), values.require<int64_t>(count)};
    if (mean.count > 0) means[name] = mean;
  };
  if (values.has("dice_sum")) add(keyMetric, "dice_sum", "dice_count");
  for (const auto& [key, value] : all.items()) {
    if (!key.starts_with(sumPrefix)) continue;
    const std::string name = key.substr(sumPrefix.size());
    add(name, key, countPrefix + name);
  }
  Metrics metrics;
  metrics.restore(std::move(means));
  return metrics;
}

}  // namespace

Json packState(const TrainingState& state) {
  Json values = {{"seed", state.seed},
                 {"epoch", state.epoch},
                 {"step", state.step},
                 {"steps_per_epoch", state.stepsPerEpoch},
                 {"updates", state.updates},
                 {"loss_sum", state.lossSum},
                 {"best_train", state.bestTrain.value},
                 {"best_train_epoch", state.bestTrain.epoch},
                 {"validations_without_better", state.validationsWithoutBetter}};
  for (const auto& [name, mean] : state.trainMetrics.means()) {
    values[sumPrefix + name] = mean.sum;
    values[countPrefix + name] = mean.count;
  }
  if (state.bestValidation) {
    values["best_validation"] = state.bestValidation->value;
    values["best_validation_epoch"] = state.bestValidation->epoch;
  }
  return values;
}

TrainingState unpackState(const Json& all) {
  TrainingState state;
  try {
    const Args values("checkpoint", all);
    state.seed = values.require<uint64_t>("seed");
    state.epoch = placeOf(values, "epoch");
    state.step = placeOf(values, "step");
    if (values.has("steps_per_epoch")) state.stepsPerEpoch = placeOf(values, "steps_per_epoch");
    // Where it is not told, there was one after each step.
    state.updates =
        values.has("updates") ? values.require<int64_t>("updates") : state.epoch * state.stepsPerEpoch + state.step;
    state.lossSum = values.require<double>("loss_sum");
    state.trainMetrics = unpackMetrics(values, all);
    state.bestTrain = unpackBest(values, "best_train");
    if (values.has("best_validation")) state.bestValidation = unpackBest(values, "best_validation");
    state.validationsWithoutBetter = values.require<int64_t>("validations_without_better");
  } catch (const Error& error) {
    throw Error(ErrorCode::InvalidFile, error.what());
  }
  return state;
}

}  // namespace mlabel
