// Where a run is, so that an interrupted one can go on and end as if nothing had happened.
#pragma once

#include <cstdint>
#include <optional>

#include "networks/weights.hpp"
#include "training/mean_dice.hpp"
#include "training/optimizer.hpp"
#include "training/stats.hpp"

namespace mlabel {

/// Order of the cases and every random number follow from seed, epoch and step (seeds.hpp), so that no generator's state
/// has to be kept.
struct TrainingState {
  uint64_t seed = 0;
  /// Epochs completed.
  int64_t epoch = 0;
  /// Steps completed in the epoch that is under way, and what they summed up.
  int64_t step = 0;
  double lossSum = 0;
  MeanDice trainDice;
  /// Steps of an epoch when that one was begun; with other cases or batches, a step is at another place.
  int64_t stepsPerEpoch = 0;

  BestMetric bestTrain;
  std::optional<BestMetric> bestValidation;
  int64_t validationsWithoutBetter = 0;
};

/// Parts "model" and "optimizer" (its tensors by number), and the rest as values.
Checkpoint packCheckpoint(const TrainingState& state, const StateDict& weights, const Optimizer& optimizer);

/// Fills network and optimizer. Throws InvalidFile when the checkpoint belongs to another network or optimizer, or is not
/// one of a training of ours.
TrainingState unpackCheckpoint(const Checkpoint& checkpoint, Network& network, Optimizer& optimizer);

}  // namespace mlabel
