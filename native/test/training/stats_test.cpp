// The statistics that clients read.
#include "training/stats.hpp"

#include <doctest/doctest.h>

using namespace mlabel;

TEST_CASE("durations are printed as Python prints them") {
  CHECK(durationText(0) == "0:00:00");
  CHECK(durationText(192) == "0:03:12");
  CHECK(durationText(86400 + 7261) == "1 day, 2:01:01");
  CHECK(durationText(3 * 86400) == "3 days, 0:00:00");
}

TEST_CASE("the best metric is the first of equals") {
  BestMetric best;
  CHECK(best.offer(0.0, 1));
  CHECK(best.offer(0.5, 2));
  CHECK_FALSE(best.offer(0.5, 3));
  CHECK_FALSE(best.offer(0.4, 4));
  CHECK(best.epoch == 2);
}

TEST_CASE("statistics of a run that is under way, and of one that has ended") {
  TrainStats stats;
  stats.totalEpochs = 50;
  stats.iterationsPerEpoch = 8;
  stats.start = 1700000000;
  stats.epoch = 7;
  stats.trainMetrics = {{"train_mean_dice", 0.88}};
  stats.bestTrain = {0.89, 6};
  const Json running = stats.json(1700000192, false);
  CHECK(running.dump() ==
        R"({"rank":0,"current_epoch":7,"current_iteration":56,"total_epochs":50,"total_iterations":8,"epoch":7,)"
        R"("start_ts":1700000000,"current_time":"0:03:12","best_metric":0.89,)"
        R"("train":{"metrics":{"train_mean_dice":0.88},"key_metric_name":"train_mean_dice","best_metric":0.89,)"
        R"("best_metric_epoch":6},"history":[]})");

  stats.validationMetrics = {{"val_mean_dice", 0.91}};
  stats.bestValidation = BestMetric{0.91, 7};
  stats.validationMetrics["val_1_mean_dice"] = 0.91;
  const Json ended = stats.json(1700000200, true);
  CHECK(ended.at("total_time") == "0:03:20");
  CHECK_FALSE(ended.contains("current_time"));
  CHECK(ended.at("best_metric") == 0.91);
  CHECK(ended.at("eval").at("key_metric_name") == "val_mean_dice");
  CHECK(ended.at("eval").at("best_metric_epoch") == 7);
  CHECK(ended.at("eval").at("metrics").dump() == R"({"val_mean_dice":0.91,"val_1_mean_dice":0.91})");
}
