// Batches: the same for a seed whatever the threads, whole, and clear about what goes wrong.
#include "training/batch_loader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <mutex>

#include "training/ball_cases.hpp"

using namespace mlabel;

namespace {

/// Three cases, batches of two, two crops each, over two epochs: batches of 4, 2, 4, 2 crops.
struct Fixture {
  test::TemporaryFolder folder;
  std::vector<TrainCase> cases = test::writeBalls(folder, 3);
  Pipeline pipeline{test::trainingTransforms(2)};

  std::vector<Batch> load(int64_t threads, int64_t firstEpoch = 0, int64_t firstStep = 0, uint64_t seed = 7) {
    CaseCache cache(cases, pipeline, {.maxBytes = 1 << 20});
    BatchLoader loader(cache, pipeline,
                       {.batchSize = 2,
                        .seed = seed,
                        .threads = threads,
                        .firstEpoch = firstEpoch,
                        .firstStep = firstStep,
                        .lastEpoch = 2},
                       {});
    std::vector<Batch> batches;
    const int64_t left = (2 - firstEpoch) * loader.batchesPerEpoch() - firstStep;
    for (int64_t i = 0; i < left; ++i) batches.push_back(loader.next({}));
    return batches;
  }
};

bool same(const Batch& a, const Batch& b) {
  return a.size() == 2 && b.size() == 2 && a.at("image").equal(b.at("image")) && a.at("label").equal(b.at("label"));
}

}  // namespace

TEST_CASE("an epoch visits every case once, in an order of its own") {
  const std::vector<int64_t> first = epochOrder(20, 1, 0);
  std::vector<int64_t> sorted = first;
  std::sort(sorted.begin(), sorted.end());
  for (int64_t i = 0; i < 20; ++i) CHECK(sorted[static_cast<size_t>(i)] == i);
  CHECK(first == epochOrder(20, 1, 0));
  CHECK(first != epochOrder(20, 1, 1));
  CHECK(first != epochOrder(20, 2, 0));
}

TEST_CASE_FIXTURE(Fixture, "crops of several cases are flattened into one batch") {
  const std::vector<Batch> batches = load(1);
  REQUIRE(batches.size() == 4);
  const std::vector<int64_t> crops{4, 2, 4, 2};
  for (size_t i = 0; i < batches.size(); ++i) {
    CHECK(batches[i].at("image").sizes() == at::IntArrayRef({crops[i], 1, 16, 16, 16}));
    CHECK(batches[i].at("label").sizes() == batches[i].at("image").sizes());
    CHECK((batches[i].at("image").scalar_type() == at::kFloat));
  }
}

TEST_CASE_FIXTURE(Fixture, "batches depend on the seed and the place, not on the threads or where loading starts") {
  const std::vector<Batch> one = load(1);
  const std::vector<Batch> three = load(3);
  for (size_t i = 0; i < one.size(); ++i) CHECK(same(one[i], three[i]));
  const std::vector<Batch> tail = load(2, 1, 1);
  REQUIRE(tail.size() == 1);
  CHECK(same(tail[0], one[3]));
  CHECK_FALSE(same(one[0], one[2]));
  CHECK_FALSE(same(load(1, 0, 0, 8)[0], one[0]));
}

TEST_CASE_FIXTURE(Fixture, "in the place of a broken case stands the next one of the order") {
  cases[1].image = folder / "absent.nii";
  const std::vector<Batch> one = load(1);
  const std::vector<Batch> three = load(3);
  REQUIRE(one.size() == 4);
  for (size_t i = 0; i < one.size(); ++i) {
    CHECK(one[i].at("image").size(0) == (i % 2 == 0 ? 4 : 2));
    CHECK(same(one[i], three[i]));
  }
}

TEST_CASE_FIXTURE(Fixture, "where no case can be used, loading ends with an error that names one") {
  for (TrainCase& item : cases) item.image = folder / "absent.nii";
  try {
    load(2);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK((error.code() == ErrorCode::NotFound));
    CHECK(std::string(error.what()).find("absent.nii") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "a case that a random transform cannot take is passed over, by name, and stands in no seed's way") {
  cases[1] = test::writeBall(folder, 9, 12);
  const auto loadTelling = [&](int64_t threads, std::vector<std::string>& told) {
    std::mutex mutex;
    const JobContext context({}, [&](const Json& message) {
      const std::lock_guard lock(mutex);
      told.push_back(message.at("message"));
    });
    CaseCache cache(cases, pipeline, {.maxBytes = 1 << 20});
    BatchLoader loader(cache, pipeline, {.batchSize = 2, .seed = 7, .threads = threads, .lastEpoch = 2}, context);
    std::vector<Batch> batches;
    for (int64_t i = 0; i < 2 * loader.batchesPerEpoch(); ++i) batches.push_back(loader.next({}));
    return batches;
  };
  std::vector<std::string> told, toldByThree;
  const std::vector<Batch> one = loadTelling(1, told), three = loadTelling(3, toldByThree);
  for (size_t i = 0; i < one.size(); ++i) {
    CHECK(one[i].at("image").size(0) == (i % 2 == 0 ? 4 : 2));
    CHECK(same(one[i], three[i]));
  }
  REQUIRE(told.size() == 1);
  CHECK(told[0].starts_with("passed over: " + cases[1].image));
  CHECK(told[0].find("12") != std::string::npos);
  CHECK(toldByThree == told);
  for (int seed = 0; seed < 3; ++seed) cases[static_cast<size_t>(seed)] = test::writeBall(folder, seed, 12);
  CHECK_THROWS_WITH_AS(load(2), doctest::Contains("none of the cases can be used: "), Error);
}

TEST_CASE_FIXTURE(Fixture, "images of different sizes cannot be one batch") {
  cases[2] = test::writeBall(folder, 9, 20);
  pipeline = Pipeline(test::loadingTransforms());
  CHECK_THROWS_WITH_AS(load(1), "trainTransforms: the images of a batch differ in size; crop or pad them to one size",
                       Error);
}

TEST_CASE_FIXTURE(Fixture, "waiting for a batch ends when the job is stopped") {
  CaseCache cache(cases, pipeline, {});
  BatchLoader loader(cache, pipeline, {.batchSize = 1, .lastEpoch = 1000}, {});
  StopFlag stop;
  const JobContext context(stop, {});
  stop.raise();
  bool cancelled = false;
  try {
    for (int i = 0; i < 1000; ++i) loader.next(context);
  } catch (const Error& error) {
    cancelled = error.code() == ErrorCode::Cancelled;
  }
  CHECK(cancelled);
}
