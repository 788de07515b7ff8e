// The cache of prepared cases: what it keeps, what it refuses.
#include "training/case_cache.hpp"

#include <doctest/doctest.h>

#include "training/ball_cases.hpp"

using namespace mlabel;

namespace {

constexpr int64_t voxels = 24 * 24 * 24;

std::string messageOf(CaseCache& cache) {
  try {
    cache.usable(0, {});
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a case is kept within the byte limit and comes out as it went in") {
  const test::TemporaryFolder folder;
  const std::vector<TrainCase> cases = test::writeBalls(folder, 2);
  const Pipeline pipeline(test::loadingTransforms());
  CaseCache none(cases, pipeline, {.maxBytes = 0});
  const Sample fresh = *none.usable(0, {});
  CHECK(none.bytes() == 0);

  // float32 image and label: room for one case of the two.
  CaseCache whole(cases, pipeline, {.maxBytes = voxels * 8 + 100});
  whole.usable(0, {});
  whole.usable(1, {});
  CHECK(whole.bytes() == voxels * 8);
  CHECK(whole.usable(0, {})->images.at("image").data.equal(fresh.images.at("image").data));

  // float16 image and uint8 label.
  CaseCache compact(cases, pipeline, {.maxBytes = voxels * 8, .compact = true});
  compact.usable(0, {});
  CHECK(compact.bytes() == voxels * 3);
  const Sample again = *compact.usable(0, {});
  CHECK((again.images.at("image").data.scalar_type() == at::kFloat));
  CHECK(again.images.at("image").data.allclose(fresh.images.at("image").data, 1e-3, 1e-3));
  CHECK(again.images.at("label").data.equal(fresh.images.at("label").data));
}

TEST_CASE("a cached case no longer needs its file") {
  const test::TemporaryFolder folder;
  const std::vector<TrainCase> cases = test::writeBalls(folder, 1);
  const Pipeline pipeline(test::loadingTransforms());
  CaseCache cache(cases, pipeline, {.maxBytes = 1 << 20});
  cache.usable(0, {});
  std::filesystem::remove(cases[0].image);
  CHECK(messageOf(cache).empty());
}

TEST_CASE("one broken case of two is left out, and reported once") {
  const test::TemporaryFolder folder;
  std::vector<TrainCase> cases = test::writeBalls(folder, 2);
  cases[1].image = folder / "absent.nii";
  const Pipeline pipeline(test::loadingTransforms());
  CaseCache cache(cases, pipeline, {});
  std::vector<std::string> messages;
  const JobContext context({}, [&](const Json& message) { messages.push_back(message["message"]); });
  for (int epoch = 0; epoch < 2; ++epoch) {
    CHECK(cache.usable(0, context).has_value());
    CHECK_FALSE(cache.usable(1, context).has_value());
  }
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].starts_with("left out: "));
  CHECK(messages[0].find("absent.nii") != std::string::npos);
}

TEST_CASE("where no case can be prepared, the last one is named") {
  const test::TemporaryFolder folder;
  std::vector<TrainCase> cases = test::writeBalls(folder, 1);
  const Pipeline pipeline(test::loadingTransforms());

  SUBCASE("a file that is not there") {
    cases[0].label = folder / "absent.nii";
    CaseCache cache(cases, pipeline, {});
    CHECK(messageOf(cache).find("absent.nii") != std::string::npos);
  }
  SUBCASE("a label value beyond the model's classes") {
    cases[0].labelValues = LabelValues{{0, 1, 5, "spleen"}};
    CaseCache cache(cases, pipeline, {});
    const std::string message = messageOf(cache);
    CHECK(message.find(cases[0].label) != std::string::npos);
    CHECK(message.find("the label value 5 is none of the model's classes 0 to 1") != std::string::npos);
  }
}
