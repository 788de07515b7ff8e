// Merging the layers of a label: targets, overlaps, types.
#include "labels/label_values.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

using namespace mlabel;

namespace {

/// Layers of a line of voxels: [L, I, 1, 1].
at::Tensor layersOf(const std::vector<std::vector<int64_t>>& rows, at::ScalarType type = at::kByte) {
  std::vector<at::Tensor> layers;
  for (const auto& row : rows) layers.push_back(at::tensor(row).to(type).view({-1, 1, 1}));
  return at::stack(layers);
}

at::Tensor line(const std::vector<int64_t>& row, at::ScalarType type = at::kByte) {
  return at::tensor(row).to(type).view({1, -1, 1, 1});
}

}  // namespace

TEST_CASE("listed values become their targets, all others background") {
  const std::vector<LabelValue> values{{0, 2, 1, "spleen"}, {0, 7, 3, "liver"}};
  CHECK(mergeLayers(layersOf({{0, 1, 2, 7, 200, 2}}), values).equal(line({0, 0, 1, 3, 0, 1})));
}

TEST_CASE("large and negative values keep their bits") {
  const std::vector<LabelValue> values{{0, -1024, 5, ""}, {0, 2147483647, 40000, ""}, {0, 70000, 1, ""}};
  const at::Tensor merged = mergeLayers(layersOf({{-1024, 2147483647, 70000, 1}}, at::kInt), values);
  CHECK(merged.equal(line({5, 40000, 1, 0}, at::kInt)));
}

TEST_CASE("the type is uint8 unless a target needs more") {
  CHECK((mergeLayers(layersOf({{1}}), {{0, 1, 255, ""}}).scalar_type() == at::kByte));
  CHECK(mergeLayers(layersOf({{1}}), {{0, 1, 256, ""}}).equal(line({256}, at::kInt)));
  CHECK(mergeLayers(layersOf({{1}}), {{0, 1, -1, ""}}).equal(line({-1}, at::kInt)));
}

TEST_CASE("layers: one value means different things, one name may lie in two") {
  const std::vector<LabelValue> values{{0, 1, 1, "spleen"}, {1, 1, 2, "liver"}, {1, 2, 1, "spleen"}};
  CHECK(mergeLayers(layersOf({{1, 0, 1, 0}, {0, 1, 2, 2}}), values).equal(line({1, 2, 1, 1})));
}

TEST_CASE("two wanted labels that overlap are refused by name; an unwanted one is not") {
  const at::Tensor layers = layersOf({{1, 1, 0}, {0, 1, 1}});
  const std::vector<LabelValue> both{{0, 1, 1, "spleen"}, {1, 1, 2, "lesion"}};
  try {
    mergeLayers(layers, both);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK((error.code() == ErrorCode::UnfitLabel));
    CHECK(std::string(error.what()) == "spleen and lesion overlap in 1 voxels; a voxel can belong to one of them only");
  }
  CHECK(mergeLayers(layers, {both[0]}).equal(line({1, 1, 0})));
}
