// A whole training of a small network on small volumes: it learns, stops, resumes, and says what it does.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>

#include "networks/network.hpp"
#include "networks/weights.hpp"
#include "operations/operation.hpp"
#include "runtime/device.hpp"
#include "runtime/runtime.hpp"
#include "training/training_fixture.hpp"

using namespace mlabel;
using test::sameWeights;
using Fixture = test::TrainingFixture;

TEST_CASE_FIXTURE(Fixture, "a training learns, publishes its best and leaves its files") {
  const std::vector<Json> epochs = train();
  REQUIRE(epochs.size() == 8);
  CHECK(epochs.back().at("best_metric").get<double>() > 0.8);
  CHECK(epochs.back().at("train").at("metrics").at("train_loss") <
        epochs.front().at("train").at("metrics").at("train_loss"));

  CHECK(std::filesystem::exists(file("run/checkpoint_epoch=3.pt")));
  CHECK(std::filesystem::exists(file("run/checkpoint_epoch=6.pt")));
  CHECK(std::filesystem::exists(file("run/checkpoint_final.pt")));
  CHECK(std::filesystem::exists(file("run/stats_id.json")));
  CHECK(sameWeights(readStateDict(file("run/model.pt")), readStateDict(options.publishPath)));

  const Json stats = statsFile();
  CHECK(stats.at("epoch") == 8);
  CHECK(stats.at("total_epochs") == 8);
  CHECK(stats.at("total_iterations") == 3);
  REQUIRE(stats.at("history").size() == 8);
  for (size_t epoch = 0; epoch < 8; ++epoch) {
    const Json& entry = stats.at("history")[epoch];
    const Json& reported = epochs[epoch];
    CHECK(entry.at("epoch") == epoch + 1);
    CHECK(entry.at("train_loss") == reported.at("train").at("metrics").at("train_loss"));
    CHECK(entry.at("val_mean_dice") == reported.at("eval").at("metrics").at("val_mean_dice"));
  }
  CHECK(stats.contains("total_time"));
  CHECK(stats.at("eval").at("best_metric") == stats.at("best_metric"));
}

TEST_CASE_FIXTURE(Fixture, "a seed repeats a run, also when it is stopped and resumed") {
  options.maxEpochs = 4;
  train();
  const StateDict whole = readStateDict(file("run/checkpoint_final.pt"));
  const Json wholeStats = statsFile();

  options.runFolder = file("again");
  options.publishPath = file("again.pt");
  options.dataThreads = 3;
  train(2);
  CHECK(statsFile().at("epoch") == 2);
  CHECK(statsFile().contains("total_time"));
  options.resume = true;
  const std::vector<Json> rest = train();
  REQUIRE(rest.size() == 2);
  CHECK(sameWeights(readStateDict(file("again/checkpoint_final.pt")), whole));
  CHECK(statsFile().at("train") == wholeStats.at("train"));
  CHECK(statsFile().at("eval") == wholeStats.at("eval"));
}

TEST_CASE_FIXTURE(Fixture,
                  "a run is resumed with other batches, and from an older checkpoint where the newest is damaged") {
  options.maxEpochs = 4;
  options.checkpointInterval = 1;
  train(2);
  // As if it had been stopped in the middle of its third epoch, of which other batches have fewer steps.
  const std::string newest = file("run/checkpoint_final.pt");
  Checkpoint checkpoint = readCheckpoint(newest);
  REQUIRE(checkpoint.values.at("steps_per_epoch") == 3);
  checkpoint.values["step"] = 2;
  writeCheckpoint(newest, checkpoint);
  options.resume = true;
  options.trainBatchSize = 3;
  CHECK(train().size() == 2);
  CHECK(statsFile().at("epoch") == 4);

  for (const char* field : {"step", "epoch"}) {
    Checkpoint hostile = checkpoint;
    hostile.values[field] = -1000;
    writeCheckpoint(newest, hostile);
    options.maxEpochs = 5;
    CHECK(train().size() == 1);  // on from checkpoint_epoch=4.pt
    std::filesystem::remove(file("run/checkpoint_epoch=5.pt"));
  }

  for (const auto& entry : std::filesystem::directory_iterator(file("run"))) {
    if (entry.path().extension() == ".pt") std::ofstream(entry.path()) << "cut";
  }
  CHECK_THROWS_AS(train(), Error);
}

TEST_CASE_FIXTURE(Fixture, "a seed repeats a run whatever else the process draws and loads meanwhile") {
  options.maxEpochs = 2;
  options.network["dropout"] = 0.3;
  train();
  const StateDict alone = readStateDict(file("run/checkpoint_final.pt"));

  std::atomic<bool> done{false};
  std::thread other([&] {
    while (!done) {
      at::manual_seed(1);
      at::rand({16});
      makeNetwork(options.network, at::make_generator<at::CPUGeneratorImpl>(5));
      makeNetwork(options.network);
    }
  });
  options.runFolder = file("again");
  options.publishPath = file("again.pt");
  train();
  done = true;
  other.join();
  CHECK(sameWeights(readStateDict(file("again/checkpoint_final.pt")), alone));
}

TEST_CASE_FIXTURE(Fixture, "two hundred inferences of another model beside it leave a seeded run as it is") {
  options.maxEpochs = 3;
  train();
  const StateDict alone = readStateDict(file("run/checkpoint_final.pt"));

  options.runFolder = file("again");
  const Json inference = {{"image", options.validationCases[0].image},
                          {"device", "cpu"},
                          {"network", options.network},
                          {"weights", options.publishPath},
                          {"preTransforms", {{{"name", "LoadImaged"}, {"keys", "image"}}}},
                          {"inferer", options.validationInferer},
                          {"invert", true},
                          {"postTransforms", {{{"name", "AsDiscreted"}, {"keys", "pred"}, {"argmax", true}}}},
                          {"output", {{"path", file("label.nii")}}}};
  options.publishPath = file("again.pt");
  std::atomic<int> answered{0};
  Runtime runtime;
  for (int i = 0; i < 200; ++i) {
    runtime.submit(makeOperation("infer", inference), {}, {},
                   [&](const Answer*, const Error* error) { answered += error == nullptr; });
  }
  train();
  while (runtime.pending() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(answered == 200);
  CHECK(sameWeights(readStateDict(file("again/checkpoint_final.pt")), alone));
}

TEST_CASE_FIXTURE(Fixture, "a run learns on every accelerator, and its seed repeats it") {
  for (const c10::Device device : devices()) {
    if (device.is_cpu()) continue;
    options.device = device.str();
    options.runFolder = file("first");
    options.publishPath = file("first.pt");
    const std::vector<Json> epochs = train();
    CHECK(epochs.back().at("best_metric").get<double>() > 0.8);
    options.runFolder = file("second");
    options.publishPath = file("second.pt");
    train();
    CHECK(sameWeights(readStateDict(file("first/checkpoint_final.pt")),
                      readStateDict(file("second/checkpoint_final.pt"))));
    std::filesystem::remove_all(file("first"));
    std::filesystem::remove_all(file("second"));
  }
}

TEST_CASE_FIXTURE(Fixture, "a run that fails says why, also where its state cannot be saved") {
  options.validationCases.clear();
  options.trainCases.resize(1);
  // The transforms fail only after the run's folder was made; then it is a file.
  std::string message;
  const JobContext context({}, [&](const Json& progress) {
    if (progress.at("message").get<std::string>().starts_with("training on")) {
      std::filesystem::remove_all(options.runFolder);
      std::ofstream(options.runFolder) << "no folder";
    }
    message += progress.at("message").get<std::string>() + "\n";
  });
  options.trainCases[0].label = file("absent.nii");
  try {
    Trainer(options).run(context);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK((error.code() == ErrorCode::NotFound));
    CHECK(std::string(error.what()).find("absent.nii") != std::string::npos);
  }
  CHECK(message.find("the state of the run could not be saved: ") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "a broken case is left out by name, and the training goes on") {
  options.trainCases[1].image = file("absent.nii");
  options.validationCases.push_back({file("gone.nii"), file("gone.nii"), std::nullopt});
  options.maxEpochs = 2;
  std::vector<std::string> leftOut;
  std::mutex mutex;
  const JobContext context({}, [&](const Json& progress) {
    const std::string message = progress.at("message");
    const std::scoped_lock lock(mutex);
    if (message.starts_with("left out: ")) leftOut.push_back(message);
  });
  const Json stats = Trainer(options).run(context);
  CHECK(stats.at("epoch") == 2);
  CHECK(stats.contains("eval"));
  REQUIRE(leftOut.size() == 2);
  for (const char* name : {"absent.nii", "gone.nii"}) {
    CHECK(std::count_if(leftOut.begin(), leftOut.end(),
                        [&](const std::string& text) { return text.find(name) != std::string::npos; }) == 1);
  }
}

TEST_CASE_FIXTURE(Fixture, "where the only validation case is broken, the training metric decides") {
  options.validationCases = {{file("gone.nii"), file("gone.nii"), std::nullopt}};
  options.maxEpochs = 2;
  const std::vector<Json> epochs = train();
  CHECK_FALSE(epochs.back().contains("eval"));
  CHECK(std::filesystem::exists(options.publishPath));
}

TEST_CASE_FIXTURE(Fixture, "without validation cases the training metric decides") {
  options.validationCases.clear();
  options.maxEpochs = 2;
  const std::vector<Json> epochs = train();
  CHECK_FALSE(epochs.back().contains("eval"));
  CHECK(epochs.back().at("best_metric") == epochs.back().at("train").at("best_metric"));
  CHECK(std::filesystem::exists(options.publishPath));
}

TEST_CASE_FIXTURE(Fixture, "weights that a run starts from are replaced by better ones only") {
  train();
  const StateDict published = readStateDict(options.publishPath);
  options.initialWeights = options.publishPath;
  options.optimizer = {{"name", "AdamW"}, {"lr", 0.0}, {"weight_decay", 0.0}};
  options.maxEpochs = 3;
  options.earlyStopPatience = 2;
  const std::vector<Json> epochs = train();
  // Nothing moves but the running statistics; two validations that are no better end the run.
  for (const Json& stats : epochs) {
    const auto reached = stats.at("eval").at("metrics").at("val_mean_dice").get<double>();
    const bool better = stats.at("eval").at("best_metric_epoch") == stats.at("epoch");
    CHECK((better || reached <= stats.at("best_metric").get<double>()));
  }
  if (epochs.back().at("eval").at("best_metric_epoch") == 0) {
    CHECK(epochs.size() == 2);
    CHECK(sameWeights(readStateDict(options.publishPath), published));
  }
}

TEST_CASE_FIXTURE(Fixture, "published weights are replaced by better ones only, also when a run starts from nothing") {
  options.maxEpochs = 6;
  const auto best = train().back().at("best_metric").get<double>();
  const StateDict published = readStateDict(options.publishPath);
  options.runFolder = file("another");
  options.seed = 99;
  options.optimizer = {{"name", "AdamW"}, {"lr", 0.0}, {"weight_decay", 0.0}};
  options.maxEpochs = 2;
  const Json last = train().back();
  CHECK(last.at("best_metric") >= best);
  CHECK(sameWeights(readStateDict(options.publishPath), published) == (last.at("eval").at("best_metric_epoch") == 0));

  options.network["channels"] = {4, 8, 8};  // what is published does not fit: anything is better
  CHECK(train().back().at("eval").at("best_metric_epoch") != 0);
}

TEST_CASE_FIXTURE(Fixture, "weights of another network cannot be started from") {
  train(1);
  options.network["channels"] = {4, 8, 8};
  options.initialWeights = options.publishPath;
  CHECK_THROWS_AS(train(), Error);
}

TEST_CASE("options that are wrong are named") {
  const auto message = [](const Json& json) -> std::string {
    try {
      parseTrainOptions(json);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  const Json spec{{"name", "X"}};
  Json json{{"device", "cpu"},
            {"network", spec},
            {"trainCases",
             {{{"image", "i"}, {"label", "l"}, {"labelValues", {{{"layer", 0}, {"value", 6}, {"target", 1}}}}}}},
            {"validationCases", Json::array()},
            {"trainTransforms", Json::array()},
            {"validationTransforms", Json::array()},
            {"validationInferer", spec},
            {"loss", spec},
            {"optimizer", spec},
            {"maxEpochs", 1},
            {"trainBatchSize", 1},
            {"validationInterval", 1},
            {"earlyStopPatience", -1},
            {"cache", {{"maxBytes", 0}, {"float16", true}}},
            {"dataThreads", 1},
            {"runFolder", "r"},
            {"runId", "i"},
            {"checkpointInterval", 20},
            {"checkpointsKept", 5},
            {"publishPath", "p"},
            {"statsPath", "s"},
            {"resume", false}};
  CHECK(message(json).empty());
  CHECK(parseTrainOptions(json).trainCases[0].labelValues->at(0).value == 6);

  const auto with = [&json](const std::string& field, const Json& value) {
    Json changed = json;
    changed[field] = value;
    return changed;
  };
  CHECK(message(with("maxEpochs", 0)) == "train: maxEpochs is 0; the least is 1");
  CHECK(message(with("trainCases", Json::array())) == "train: trainCases is empty: label an image first");
  CHECK(message(with("accumulate", 0)) == "train: accumulate is 0; the least is 1");
  CHECK(message(with("clipNorm", 0)) == "train: clipNorm must be above 0");
  CHECK(message(with("emaDecay", 1)) == "train: emaDecay must lie in [0, 1)");
  json["clipNorm"] = 1;
  CHECK(message(with("clipValue", 1)) == "train: clipValue and clipNorm exclude each other");
  json.erase("clipNorm");
  CHECK(message(with("epochs", 3)) == "train: epochs is not an argument it knows");
  CHECK(message(with("trainCases", {{{"image", "i"}}})) == "train.trainCases[0]: label is missing");
  CHECK(message(with(
            "trainCases",
            {{{"image", "i"}, {"label", "l"}, {"labelValues", {{{"layer", 0}, {"value", "six"}, {"target", 1}}}}}})) ==
        "train.trainCases[0].labelValues: value has the wrong type: \"six\"");
}
