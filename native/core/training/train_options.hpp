// What the train operation is asked for: TrainOptions of lib/engine/types.ts, checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "labels/label_values.hpp"
#include "networks/predictor.hpp"
#include "runtime/json.hpp"
#include "training/clip_gradients.hpp"

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
  /// Null: the loss of the network's main output.
  Json objective;
  Json optimizer;
  /// Null: the optimizer's own rate, all the time.
  Json schedule;
  /// Batches whose gradients are averaged for one update of the weights.
  int64_t accumulate = 1;
  GradientClipping clipping;
  /// Of the average of the weights that is validated and published; absent: the weights themselves are.
  std::optional<double> emaDecay;
  /// What the network computes in while it learns; validations are float32.
  Precision precision = Precision::Float32;
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

  /// Batches of an epoch; the last one holds what is left.
  int64_t stepsPerEpoch() const {
    return (static_cast<int64_t>(trainCases.size()) + trainBatchSize - 1) / trainBatchSize;
  }
};

/// Throws InvalidInput naming the field that is missing, misspelt, mistyped or out of range.
TrainOptions parseTrainOptions(const Json& options);

}  // namespace mlabel
