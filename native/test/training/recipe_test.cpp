// The parts of a recipe in a whole training: schedule, accumulation, clipping, average of the weights, and their way
// through a checkpoint.
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <filesystem>

#include "golden.hpp"
#include "training/training_fixture.hpp"
#include "training/training_state.hpp"

using namespace mlabel;
using test::sameWeights;

namespace {

struct RecipeFixture : test::TrainingFixture {
  RecipeFixture() {
    options.trainCases = test::writeBalls(folder, 5);
    options.maxEpochs = 3;
    options.checkpointInterval = 1;
  }

  /// Trains in a folder of its own and stops at the `stopAt`th step or window (0: never), then goes on.
  StateDict train(const std::string& name, int stopAt = 0) {
    options.runFolder = file(name);
    options.publishPath = file(name + ".pt");
    options.resume = false;
    StopFlag stop;
    int passed = 0;
    const auto gate = [&] {
      if (++passed == stopAt) stop.raise();
    };
    try {
      Trainer(options).run(JobContext(stop, {}, gate));
      CHECK(stopAt == 0);
    } catch (const Error& error) {
      CHECK((error.code() == ErrorCode::Cancelled));
      resumed();
    }
    return readStateDict(file(name + "/checkpoint_final.pt"));
  }

  /// Resumes; the sentence in which it says so.
  std::string resumed() {
    options.resume = true;
    std::string said;
    Trainer(options).run(JobContext({}, [&](const Json& progress) {
      const std::string message = progress.at("message");
      if (message.starts_with("resuming")) said = message;
    }));
    return said;
  }

  Checkpoint last(const std::string& name) const { return readCheckpoint(file(name + "/checkpoint_final.pt")); }
};

}  // namespace

TEST_CASE_FIXTURE(RecipeFixture, "a run with all of it ends alike wherever it is interrupted") {
  options.network["dropout"] = 0.2;
  options.accumulate = 2;
  options.clipping.norm = 0.5;
  options.emaDecay = 0.9;
  for (const Json& schedule : std::vector<Json>{
           {{"name", "WarmupCosineSchedule"}, {"warmup_steps", 3}, {"interval", "step"}},
           {{"name", "ReduceLROnPlateau"}, {"patience", 0}, {"factor", 0.5}, {"threshold", 0.5}},
       }) {
    options.schedule = schedule;
    CAPTURE(schedule.dump());
    const StateDict whole = train("whole");
    const Json stats = statsFile();
    const Checkpoint end = last("whole");
    CHECK(end.values.at("updates") == 3 * 3);  // of two, two and one batches
    // A validation is eight windows: within an update, between two, at an epoch's last batch, in the validation, after
    // it.
    for (const int stopAt : {2, 3, 5, 9, 14, 20}) {
      CAPTURE(stopAt);
      CHECK(sameWeights(train("again", stopAt), whole));
      CHECK(sameWeights(last("again").part("average"), end.part("average")));
      CHECK(last("again").values == end.values);
      CHECK(statsFile().at("train") == stats.at("train"));
      CHECK(statsFile().at("eval") == stats.at("eval"));
      std::filesystem::remove_all(file("again"));
      std::filesystem::remove(file("again.pt"));
    }
    std::filesystem::remove(file("whole.pt"));
  }
}

TEST_CASE_FIXTURE(RecipeFixture, "what a recipe leaves out changes nothing") {
  options.maxEpochs = 2;
  const StateDict plain = train("plain");
  options.objective = {{"name", "DeepSupervision"}};
  options.schedule = {{"name", "StepLR"}, {"step_size", 100}};
  options.clipping.norm = 1e6;
  options.emaDecay = 0.5;
  CHECK(sameWeights(train("same"), plain));
  options.accumulate = 5;
  CHECK_FALSE(sameWeights(train("accumulated"), plain));
}

TEST_CASE_FIXTURE(RecipeFixture, "the average of the weights is what is validated and published") {
  options.emaDecay = 0.7;
  options.maxEpochs = 1;
  train("run");
  const StateDict published = readStateDict(file("run.pt"));
  CHECK(sameWeights(published, last("run").part("average")));
  CHECK_FALSE(sameWeights(published, last("run").part("model")));

  // As weights to start from they are validated to what they were when they were published.
  const Json best = statsFile().at("eval").at("best_metric");
  options.initialWeights = file("run.pt");
  options.optimizer = {{"name", "AdamW"}, {"lr", 0.0}, {"weight_decay", 0.0}};
  train("next");
  CHECK(statsFile().at("eval").at("best_metric") >= best);
}

TEST_CASE_FIXTURE(RecipeFixture, "a run that is resumed with another recipe goes on, and says what is new") {
  options.maxEpochs = 1;
  train("run");
  options.maxEpochs = 2;
  options.schedule = {{"name", "ReduceLROnPlateau"}};
  options.emaDecay = 0.9;
  CHECK(resumed() ==
        "resuming after 1 epochs; from here on the learning rate follows another schedule; the average of the weights "
        "begins here");
  options.maxEpochs = 3;
  CHECK(resumed() == "resuming after 2 epochs");
  options.maxEpochs = 4;
  options.schedule = {{"name", "PolynomialLR"}};
  options.emaDecay.reset();
  CHECK(resumed() ==
        "resuming after 3 epochs; from here on the learning rate follows another schedule; from here on the weights "
        "themselves are validated and published, not their average");
  CHECK(statsFile().at("epoch") == 4);
}

TEST_CASE_FIXTURE(RecipeFixture, "a checkpoint of version 0.1.0 is resumed") {
  options.network = {{"name", "UNet"},     {"spatial_dims", 3},  {"in_channels", 1},
                     {"out_channels", 2},  {"channels", {2, 4}}, {"strides", {2}},
                     {"num_res_units", 1}, {"norm", "batch"},    {"dropout", 0.1}};
  options.maxEpochs = 8;
  options.runFolder = file("run");
  std::filesystem::create_directory(file("run"));
  std::filesystem::copy(test::goldenPath("training/checkpoint-0.1.0.pt"), file("run/checkpoint_final.pt"));
  CHECK(resumed() == "resuming after 7 epochs");
  const Json stats = statsFile();
  CHECK(stats.at("epoch") == 8);
  CHECK(stats.at("eval").at("best_metric") >= 0.9334021683014971);
  CHECK(last("run").values.at("updates") == 7 * 4 + 5);
}

TEST_CASE("the state of a run in the middle of an epoch, as version 0.1.0 wrote it") {
  const Json values{{"seed", 4},
                    {"epoch", 7},
                    {"step", 3},
                    {"steps_per_epoch", 4},
                    {"loss_sum", 1.5},
                    {"dice_sum", 2.25},
                    {"dice_count", 3},
                    {"best_train", 0.5},
                    {"best_train_epoch", 6},
                    {"validations_without_better", 2}};
  const TrainingState state = unpackState(values);
  CHECK(state.trainMetrics.mean() == 0.75);
  CHECK(state.updates == 31);
  CHECK(state.bestTrain.epoch == 6);
  CHECK_FALSE(state.bestValidation.has_value());
  CHECK(packState(unpackState(packState(state))) == packState(state));
}

TEST_CASE_FIXTURE(RecipeFixture, "rates and labels are in the statistics and what is said") {
  options.network["out_channels"] = 3;
  options.schedule = {{"name", "StepLR"}, {"step_size", 1}};
  options.optimizer["lr"] = 0.02;
  options.maxEpochs = 2;
  options.runFolder = file("run");
  std::vector<std::string> lines;
  Trainer(options).run(JobContext({}, [&](const Json& progress) {
    const std::string message = progress.at("message");
    if (message.starts_with("epoch")) lines.push_back(message);
  }));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find(", learning rate 2.00e-02") != std::string::npos);
  CHECK(lines[1].find(", learning rate 2.00e-03") != std::string::npos);
  // No case has a voxel of the second label.
  const Json stats = statsFile();
  const Json metrics = stats.at("eval").at("metrics");
  CHECK(metrics.at("val_1_mean_dice") == metrics.at("val_mean_dice"));
  CHECK_FALSE(metrics.contains("val_2_mean_dice"));
  // The history of the epochs has the means alone.
  CHECK(stats.at("history")[1].at("val_mean_dice") == metrics.at("val_mean_dice"));
  CHECK_FALSE(stats.at("history")[1].contains("val_1_mean_dice"));
  CHECK(stats.at("train").at("metrics").contains("train_1_mean_dice"));
}

TEST_CASE_FIXTURE(RecipeFixture, "two channels of an image go into a network with two inputs") {
  options.network["in_channels"] = 2;
  for (TrainCase& item : options.trainCases) item.image = test::writeTwice(item.image);
  for (TrainCase& item : options.validationCases) item.image = test::writeTwice(item.image);
  options.maxEpochs = 6;
  train("run");
  CHECK(statsFile().at("eval").at("best_metric").get<double>() > 0.6);
}
