// What a training leaves on disk, also when it is killed.
#include "training/run_folder.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "training/ball_cases.hpp"

using namespace mlabel;

namespace {

TrainOptions optionsIn(const test::TemporaryFolder& folder) {
  TrainOptions options;
  options.runFolder = folder / "run";
  options.runId = "id";
  options.publishPath = folder / "published.pt";
  options.statsPath = folder / "train_stats.json";
  options.checkpointsKept = 2;
  return options;
}

StateDict filledWith(double value) { return {{"weight", at::full({64, 1024}, value)}}; }

}  // namespace

TEST_CASE("the newest checkpoints are kept") {
  const test::TemporaryFolder folder;
  const RunFolder run(optionsIn(folder));
  for (const int64_t epoch : {5, 10, 15, 100}) run.saveCheckpoint(epoch, {{{"model", filledWith(0)}}, {}});
  CHECK_FALSE(std::filesystem::exists(folder / "run/checkpoint_epoch=5.pt"));
  CHECK_FALSE(std::filesystem::exists(folder / "run/checkpoint_epoch=10.pt"));
  CHECK(std::filesystem::exists(folder / "run/checkpoint_epoch=15.pt"));
  CHECK(std::filesystem::exists(folder / "run/checkpoint_epoch=100.pt"));
}

TEST_CASE("a process killed while it publishes leaves whole files") {
  const test::TemporaryFolder folder;
  const RunFolder run(optionsIn(folder));
  run.publish(filledWith(1));
  for (int attempt = 0; attempt < 10; ++attempt) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      for (double value = 1;; value = 3 - value) run.publish(filledWith(value));
    }
    usleep(static_cast<useconds_t>(3000 + 1700 * attempt));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    for (const char* name : {"published.pt", "run/model.pt"}) {
      const StateDict weights = readStateDict(folder / name);
      REQUIRE(weights.size() == 1);
      const at::Tensor& values = weights[0].second;
      CHECK(values.eq(values.flatten()[0]).all().item<bool>());
    }
  }
}
