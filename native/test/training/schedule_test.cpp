// Learning rates against PyTorch's and MONAI's.
#include "training/schedule.hpp"

#include <doctest/doctest.h>

#include "golden.hpp"

using namespace mlabel;

TEST_CASE("the rates of 30 steps are Python's") {
  const Json golden = Json::parse(test::readText(test::goldenPath("training/schedules.json")));
  const auto shown = golden.at("shown").get<std::vector<double>>();
  const ScheduleRun run{.learningRate = golden.at("learningRate"), .epochs = 30, .updatesPerEpoch = 4};
  for (const Json& each : golden.at("schedules")) {
    CAPTURE(each.at("spec").dump());
    const auto schedule = makeSchedule(each.at("spec"), run);
    const auto rates = each.at("rates").get<std::vector<double>>();
    for (int64_t epoch = 0; epoch < 30; ++epoch) {
      const auto at = static_cast<size_t>(epoch);
      CHECK(schedule->learningRate({.epoch = epoch, .updates = 4 * epoch}) == doctest::Approx(rates[at]).epsilon(1e-6));
      schedule->observe(shown[at]);
    }
  }
}

TEST_CASE("a schedule steps with the updates where it is asked to, and its run is as long as they are") {
  const ScheduleRun run{.learningRate = 1, .epochs = 5, .updatesPerEpoch = 2};
  const auto byUpdate = makeSchedule({{"name", "PolynomialLR"}, {"interval", "step"}}, run);
  const auto byEpoch = makeSchedule({{"name", "PolynomialLR"}}, run);
  CHECK(byUpdate->learningRate({.epoch = 2, .updates = 5}) == doctest::Approx(0.5));
  CHECK(byEpoch->learningRate({.epoch = 2, .updates = 5}) == doctest::Approx(0.6));
  CHECK(makeSchedule({}, run)->learningRate({.epoch = 2, .updates = 5}) == 1);
}

TEST_CASE("a schedule that takes over another's state goes on as that one would have") {
  const ScheduleRun run{.learningRate = 1};
  const Json spec{{"name", "ReduceLROnPlateau"}, {"patience", 1}, {"cooldown", 1}};
  const auto original = makeSchedule(spec, run), heir = makeSchedule(spec, run);
  original->observe(0.5);
  original->observe(0.4);
  heir->restore(original->state());
  for (const double value : {0.4, 0.6, 0.6, 0.6, 0.6, 0.6}) {
    original->observe(value);
    heir->observe(value);
    CHECK(heir->learningRate({}) == original->learningRate({}));
  }
  CHECK(heir->learningRate({}) == doctest::Approx(0.01));
}

TEST_CASE("a schedule spec that is wrong says so") {
  const auto message = [](const Json& spec) -> std::string {
    try {
      makeSchedule(spec, {});
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(message({{"name", "Step"}}) ==
        "\"Step\" is not a known schedule; known are CosineAnnealingLR, PolynomialLR, ReduceLROnPlateau, StepLR, "
        "WarmupCosineSchedule");
  CHECK(message({{"name", "StepLR"}}) == "StepLR: step_size is missing");
  CHECK(message({{"name", "StepLR"}, {"step_size", 0}}) == "StepLR: step_size must be at least 1");
  CHECK(message({{"name", "StepLR"}, {"step_size", 2}, {"interval", "batch"}}) ==
        "StepLR: interval is \"batch\", not one of epoch, step");
  CHECK(message({{"name", "CosineAnnealingLR"}, {"t_max", 3}}) ==
        "CosineAnnealingLR: t_max is not an argument it knows");
  CHECK(message({{"name", "WarmupCosineSchedule"}, {"warmup_steps", 1}, {"warmup_multiplier", 2}}) ==
        "WarmupCosineSchedule: warmup_multiplier must lie in [0, 1]");
  CHECK(message({{"name", "ReduceLROnPlateau"}, {"mode", "min"}}) ==
        "ReduceLROnPlateau: mode is \"min\", not one of max");
  CHECK(message({{"name", "ReduceLROnPlateau"}, {"factor", 1}}) ==
        "ReduceLROnPlateau: factor must lie between 0 and 1");
}
