// What the train operation is asked for: TrainOptions of lib/engine/types.ts, checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "labels/label_values.hpp"
#include "runtime/json.hpp"

namespace mlabel {

struct TrainCase {
  std::string image;
  std::string label;
  /// What the values of the label file are for the model; absent: its classes.
  std::optional<LabelValues> labelValues;
};

struct TrainOptions {
  std::string device;
  Json network;
  /// Weights to start from; empty: the network's own initialisation.
  std::string initialWeights;
  std::vector<TrainCase> trainCases;
  std::vector<TrainCase> validationCases;
  Json trainTransforms;
  Json validationTransforms;
  Json validationInferer;
  Json loss;
  Json optimizer;
  int64_t maxEpochs = 1;
  int64_t trainBatchSize = 1;
  int64_t validationInterval = 1;
  /// Validations without a better mean Dice before stopping; below 1: never.
  int64_t earlyStopPatience = -1;
  /// Empty: from the clock.
  std::optional<int64_t> seed;
  int64_t cacheBytes = 0;
  bool cacheFloat16 = false;
  int64_t dataThreads = 1;
  std::string runFolder;
  std::string runId;
  int64_t checkpointInterval = 20;
  int64_t checkpointsKept = 5;
  std::string publishPath;
  std::string statsPath;
  bool resume = false;
};

/// Throws InvalidInput naming the field that is missing, misspelt, mistyped or out of range.
TrainOptions parseTrainOptions(const Json& options);

}  // namespace mlabel
