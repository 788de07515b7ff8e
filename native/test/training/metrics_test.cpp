// Metrics: tables that can be counted by hand, and MONAI's number for the golden pair.
#include "training/metrics.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "golden.hpp"

using namespace mlabel;

TEST_CASE("the mean is taken within a sample first, over samples that have any class") {
  Metrics metrics;
  CHECK(metrics.mean() == 0);
  CHECK(metrics.scores("val_") == Scores{{"val_mean_dice", 0}});
  metrics.add(at::tensor({1, 2, 0}), at::tensor({1, 0, 0}), 3);  // class 1: 1; class 2 absent from the truth
  metrics.add(at::tensor({0, 0, 0}), at::tensor({1, 2, 0}), 3);  // both missed: 0
  metrics.add(at::tensor({1, 1, 1}), at::tensor({0, 0, 0}), 3);  // nothing to find: ignored
  CHECK(metrics.mean() == doctest::Approx((1.0 + 0.0) / 2));
  CHECK(metrics.means().at("mean_dice").count == 2);
  CHECK(metrics.scores("val_") == Scores{{"val_mean_dice", 0.5}, {"val_1_mean_dice", 0.5}, {"val_2_mean_dice", 0}});
}

TEST_CASE("a single label has no Dice beside the mean") {
  Metrics metrics;
  metrics.add(at::tensor({1, 1, 0}), at::tensor({1, 0, 0}), 2);
  CHECK(metrics.scores("train_") == Scores{{"train_mean_dice", 2.0 / 3}});
}

TEST_CASE("metrics that take over others' sums go on as those would have") {
  Metrics whole, first, second;
  const auto add = [](Metrics& metrics, int value) {
    metrics.add(at::tensor({1, value, 2, 0}), at::tensor({1, 2, 2, 1}), 3);
  };
  for (const int value : {0, 1, 2}) add(whole, value);
  add(first, 0);
  second.restore(first.means());
  for (const int value : {1, 2}) add(second, value);
  CHECK(second.scores("") == whole.scores(""));
}

TEST_CASE("MONAI's Dice of the golden pair") {
  const at::Tensor prediction = test::readNpy(test::goldenPath("cases/metrics/pred.npy"));
  const at::Tensor truth = test::readNpy(test::goldenPath("cases/metrics/gt.npy"));
  const auto golden = nlohmann::json::parse(test::readText(test::goldenPath("cases/metrics/metrics.json")));
  Metrics metrics;
  metrics.add(prediction, truth, 2);
  CHECK(metrics.mean() == doctest::Approx(golden.at("None").at("dice").get<double>()));
}
