// A training of a small network on small volumes, in a folder of its own.
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

#include "networks/weights.hpp"
#include "training/ball_cases.hpp"
#include "training/trainer.hpp"

namespace mlabel::test {

struct TrainingFixture {
  TemporaryFolder folder;
  TrainOptions options = makeOptions();

  TrainOptions makeOptions() const {
    TrainOptions made;
    made.device = "cpu";
    made.network = {{"name", "UNet"},         {"spatial_dims", 3}, {"in_channels", 1},   {"out_channels", 2},
                    {"channels", {4, 8, 16}}, {"strides", {2, 2}}, {"num_res_units", 1}, {"norm", "batch"}};
    made.trainCases = writeBalls(folder, 3);
    made.validationCases = {writeBall(folder, 77)};
    made.trainTransforms = trainingTransforms(2);
    made.validationTransforms = loadingTransforms();
    made.validationInferer = {{"name", "SlidingWindowInferer"}, {"roi_size", {16, 16, 16}}};
    made.loss = {{"name", "DiceCELoss"}, {"to_onehot_y", true}, {"softmax", true}};
    made.optimizer = {{"name", "AdamW"}, {"lr", 1e-2}};
    made.maxEpochs = 8;
    made.seed = 3;
    made.cacheBytes = 1 << 24;
    made.runFolder = folder / "run";
    made.runId = "id";
    made.publishPath = folder / "published.pt";
    made.statsPath = folder / "train_stats.json";
    made.checkpointInterval = 3;
    return made;
  }

  /// Trains with a stop after the message of epoch `stopAfter` (0: never); the statistics reported each epoch.
  std::vector<Json> train(int64_t stopAfter = 0) {
    std::vector<Json> epochs;
    StopFlag stop;
    const JobContext context(stop, [&](const Json& progress) {
      if (!progress.contains("stats")) return;
      epochs.push_back(progress.at("stats"));
      if (static_cast<int64_t>(epochs.size()) == stopAfter) stop.raise();
    });
    bool cancelled = false;
    try {
      Trainer(options).run(context);
    } catch (const Error& error) {
      cancelled = error.code() == ErrorCode::Cancelled;
      if (!cancelled) throw;
    }
    CHECK(cancelled == (stopAfter > 0));
    return epochs;
  }

  std::string file(const std::string& name) const { return folder / name; }

  Json statsFile() const {
    std::ifstream stream(options.statsPath);
    return Json::parse(stream);
  }
};

inline bool sameWeights(const StateDict& a, const StateDict& b) {
  bool same = a.size() == b.size();
  for (size_t i = 0; same && i < a.size(); ++i) same = a[i].first == b[i].first && a[i].second.equal(b[i].second);
  return same;
}

}  // namespace mlabel::test
