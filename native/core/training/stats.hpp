// The statistics of a run in the layout that clients read (TrainStats of lib/engine/types.ts, apps-and-tasks 4.6).
#pragma once

#include <cstdint>
#include <ctime>
#include <map>
#include <optional>
#include <string>

#include "runtime/json.hpp"

namespace mlabel {

/// The best value of a metric and the epoch (from 1) that reached it first; epoch 0 is what the run started from.
struct BestMetric {
  double value = -1;
  int64_t epoch = 0;

  /// Takes a strictly greater value; true when it was one.
  bool offer(double candidate, int64_t candidateEpoch);
};

struct TrainStats {
  int64_t totalEpochs = 0;
  int64_t iterationsPerEpoch = 0;
  std::time_t start = 0;
  /// Epochs completed.
  int64_t epoch = 0;
  /// Of the last epoch, and of the last validation, by name.
  std::map<std::string, double> trainMetrics;
  std::map<std::string, double> validationMetrics;
  /// One object an epoch of this run: "epoch", "train_loss", "train_mean_dice", and "val_mean_dice" where it validated.
  Json history = Json::array();
  BestMetric bestTrain;
  /// Absent before the first validation, and in a run without validation cases.
  std::optional<BestMetric> bestValidation;

  /// `now` gives "current_time", or "total_time" once the run has `ended`.
  Json json(std::time_t now, bool ended) const;
};

/// Metrics by name, `key` first: clients take the first name that looks like what they show.
Json metricsWithFirst(const std::string& key, const std::map<std::string, double>& metrics);

/// Seconds as Python's timedelta prints them: "0:03:12", "1 day, 2:00:00".
std::string durationText(int64_t seconds);

}  // namespace mlabel
