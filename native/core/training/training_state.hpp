// Where a run is, so that an interrupted one can go on and end as if nothing had happened.
#pragma once

#include <cstdint>
#include <optional>

#include "runtime/json.hpp"
#include "training/metrics.hpp"
#include "training/stats.hpp"

namespace mlabel {

/// Order of the cases and every random number follow from seed, epoch and step (seeds.hpp), so that no generator's
/// state has to be kept.
struct TrainingState {
  uint64_t seed = 0;
  /// Epochs completed.
  int64_t epoch = 0;
  /// Batches learnt from in the epoch that is under way, and what they summed up.
  int64_t step = 0;
  double lossSum = 0;
  Metrics trainMetrics;
  /// Batches of an epoch when that one was begun; with other cases or batches, a step is at another place.
  int64_t stepsPerEpoch = 0;
  /// Of the weights, from the beginning.
  int64_t updates = 0;

  BestMetric bestTrain;
  std::optional<BestMetric> bestValidation;
  int64_t validationsWithoutBetter = 0;
};

/// As the values of a checkpoint.
Json packState(const TrainingState& state);

/// Also of a checkpoint from when the mean Dice was the only metric and every step an update. Throws InvalidFile for a
/// checkpoint that is not of a training of ours.
TrainingState unpackState(const Json& values);

}  // namespace mlabel
