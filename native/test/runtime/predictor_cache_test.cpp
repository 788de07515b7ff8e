#include "runtime/predictor_cache.hpp"

#include <doctest/doctest.h>

#include "networks/weights.hpp"
#include "temporary_folder.hpp"

using namespace mlabel;

namespace {

const Json spec = {{"name", "UNet"},    {"spatial_dims", 2},  {"in_channels", 1},
                   {"out_channels", 2}, {"channels", {4, 8}}, {"strides", {2}}};

struct Fixture {
  test::TemporaryFolder folder;
  Fixture() {
    for (const char* name : {"a", "b"}) writeStateDict(folder / name, stateDict(*makeNetwork(spec)));
  }
  std::shared_ptr<Predictor> get(PredictorCache& cache, const char* name) const {
    return cache.get(spec, folder / name, c10::Device("cpu"), Precision::Float32, {});
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a predictor is kept until its file changes") {
  PredictorCache cache;
  const auto first = get(cache, "a");
  CHECK(get(cache, "b") != first);
  CHECK(get(cache, "a") == first);
  writeStateDict(folder / "a", stateDict(*makeNetwork(spec)));
  CHECK(get(cache, "a") != first);
}

TEST_CASE_FIXTURE(Fixture, "beyond the limit the least recently used goes, never the newest") {
  PredictorCache cache([](c10::Device) { return 1; });
  const auto first = get(cache, "a");
  CHECK(get(cache, "a") == first);
  const auto second = get(cache, "b");
  CHECK(get(cache, "b") == second);
  CHECK(get(cache, "a") != first);
}

TEST_CASE_FIXTURE(Fixture, "room is made on one device, and the newest stays") {
  PredictorCache cache;
  const auto first = get(cache, "a"), second = get(cache, "b");
  cache.release(c10::Device("meta"), 1);
  CHECK(get(cache, "a") == first);
  CHECK(get(cache, "b") == second);
  cache.release(c10::Device("cpu"), 1);
  CHECK(get(cache, "b") == second);
  CHECK(get(cache, "a") != first);
  cache.release(c10::Device("cpu"), 0);
  CHECK(get(cache, "b") != second);
}
