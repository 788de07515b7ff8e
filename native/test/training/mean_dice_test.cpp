// Mean Dice: tables that can be counted by hand, and MONAI's number for the golden pair.
#include "training/mean_dice.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "golden.hpp"

using namespace mlabel;

TEST_CASE("Dice of each class but the background") {
  const at::Tensor truth = at::tensor({0, 1, 1, 2, 2, 2, 0, 0});
  const at::Tensor guess = at::tensor({1, 1, 0, 2, 2, 0, 0, 3});
  const std::vector<double> dice = diceOfClasses(guess, truth, 4);
  REQUIRE(dice.size() == 3);
  CHECK(dice[0] == doctest::Approx(2.0 * 1 / (2 + 2)));
  CHECK(dice[1] == doctest::Approx(2.0 * 2 / (2 + 3)));
  CHECK(std::isnan(dice[2]));
}

TEST_CASE("values that are no class count for no class") {
  const std::vector<double> dice = diceOfClasses(at::tensor({7, 1, -1}), at::tensor({1, 1, 1}), 2);
  CHECK(dice[0] == doctest::Approx(2.0 * 1 / (1 + 3)));
}

TEST_CASE("the mean is taken within a sample first, over samples that have any class") {
  MeanDice mean;
  CHECK(mean.value() == 0);
  mean.add(at::tensor({1, 2, 0}), at::tensor({1, 0, 0}), 3);  // class 1: 1; class 2 absent from the truth
  mean.add(at::tensor({0, 0, 0}), at::tensor({1, 2, 0}), 3);  // both missed: 0
  mean.add(at::tensor({1, 1, 1}), at::tensor({0, 0, 0}), 3);  // nothing to find: ignored
  CHECK(mean.value() == doctest::Approx((1.0 + 0.0) / 2));
  CHECK(mean.count() == 2);
}

TEST_CASE("MONAI's Dice of the golden pair") {
  const at::Tensor prediction = test::readNpy(test::goldenPath("cases/metrics/pred.npy"));
  const at::Tensor truth = test::readNpy(test::goldenPath("cases/metrics/gt.npy"));
  const auto golden = nlohmann::json::parse(test::readText(test::goldenPath("cases/metrics/metrics.json")));
  CHECK(diceOfClasses(prediction, truth, 2)[0] == doctest::Approx(golden.at("None").at("dice").get<double>()));
}

TEST_CASE("predicted classes: arg-max, the first of equals; one channel by its sign") {
  const at::Tensor logits = at::tensor({0.0f, 2.0f, 1.0f, 0.0f, 1.0f, 3.0f}).view({2, 3});
  CHECK(predictedClasses(logits).equal(at::tensor({0, 0, 1}).to(at::kLong)));
  CHECK(predictedClasses(at::tensor({-0.5f, 0.0f, 0.5f}).view({1, 3})).equal(at::tensor({0, 1, 1}).to(at::kBool)));
}
