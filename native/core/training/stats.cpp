#include "training/stats.hpp"

#include <algorithm>
#include <cstdio>

namespace mlabel {
namespace {

Json part(const char* key, const std::map<std::string, double>& metrics, const BestMetric& best) {
  return {{"metrics", metricsWithFirst(key, metrics)},
          {"key_metric_name", key},
          {"best_metric", std::max(best.value, 0.0)},
          {"best_metric_epoch", best.epoch}};
}

}  // namespace

bool BestMetric::offer(double candidate, int64_t candidateEpoch) {
  if (!(candidate > value)) return false;
  value = candidate;
  epoch = candidateEpoch;
  return true;
}

Json TrainStats::json(std::time_t now, bool ended) const {
  Json stats = {{"rank", 0},
                {"current_epoch", epoch},
                {"current_iteration", epoch * iterationsPerEpoch},
                {"total_epochs", totalEpochs},
                {"total_iterations", iterationsPerEpoch},
                {"epoch", epoch},
                {"start_ts", static_cast<int64_t>(start)}};
  stats[ended ? "total_time" : "current_time"] = durationText(static_cast<int64_t>(now - start));
  stats["best_metric"] = std::max(bestValidation ? bestValidation->value : bestTrain.value, 0.0);
  stats["train"] = part("train_mean_dice", trainMetrics, bestTrain);
  stats["history"] = history;
  if (bestValidation) stats["eval"] = part("val_mean_dice", validationMetrics, *bestValidation);
  return stats;
}

Json metricsWithFirst(const std::string& key, const std::map<std::string, double>& metrics) {
  Json ordered = Json::object();
  if (const auto found = metrics.find(key); found != metrics.end()) ordered[key] = found->second;
  ordered.update(Json(metrics));
  return ordered;
}

std::string durationText(int64_t seconds) {
  seconds = std::max<int64_t>(seconds, 0);
  const int64_t days = seconds / 86400;
  std::string text;
  if (days > 0) text = std::to_string(days) + (days == 1 ? " day, " : " days, ");
  char clock[32];
  std::snprintf(clock, sizeof clock, "%d:%02d:%02d", static_cast<int>(seconds / 3600 % 24),
                static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
  return text + clock;
}

}  // namespace mlabel
