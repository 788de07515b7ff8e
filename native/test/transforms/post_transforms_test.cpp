// Activations, arg-max and largest components: tables by hand, MONAI's golden case, and a flood fill written out.
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "golden.hpp"
#include "transforms/largest_component.hpp"
#include "transforms/samples.hpp"
#include "transforms/transform.hpp"

using namespace mlabel;

namespace {

at::Tensor applied(Json spec, const at::Tensor& data) {
  spec["keys"] = "pred";
  Sample sample;
  sample.images["pred"].data = data;
  makeTransform(spec)->apply(sample, {});
  return sample.images["pred"].data;
}

/// The largest component by definition: flood fill from each voxel not yet seen, first axis slowest.
at::Tensor largestByFloodFill(const at::Tensor& labels, const ComponentOptions& options) {
  at::Tensor result = labels.clone(at::MemoryFormat::Contiguous);
  at::Tensor seen = at::zeros_like(result, at::kBool);
  const auto keyOf = [&](uint8_t value) {
    return value == 0 || !options.values[value] ? 0 : options.independent ? int{value} : 1;
  };
  using Voxels = std::vector<Shape3>;
  std::map<int, std::vector<Voxels>> components;
  auto value = result.accessor<uint8_t, 3>();
  auto visited = seen.accessor<bool, 3>();
  for (int64_t i = 0; i < result.size(0); ++i) {
    for (int64_t j = 0; j < result.size(1); ++j) {
      for (int64_t k = 0; k < result.size(2); ++k) {
        const int key = keyOf(value[i][j][k]);
        if (key == 0 || visited[i][j][k]) continue;
        Voxels voxels{{i, j, k}};
        visited[i][j][k] = true;
        for (size_t next = 0; next < voxels.size(); ++next) {
          for (int step = 0; step < 27; ++step) {
            const Shape3 d{step / 9 - 1, step / 3 % 3 - 1, step % 3 - 1};
            if (std::abs(d[0]) + std::abs(d[1]) + std::abs(d[2]) > options.connectivity) continue;
            const Shape3 n{voxels[next][0] + d[0], voxels[next][1] + d[1], voxels[next][2] + d[2]};
            bool inside = true;
            for (int axis = 0; axis < 3; ++axis) inside = inside && n[axis] >= 0 && n[axis] < result.size(axis);
            if (!inside || visited[n[0]][n[1]][n[2]] || keyOf(value[n[0]][n[1]][n[2]]) != key) continue;
            visited[n[0]][n[1]][n[2]] = true;
            voxels.push_back(n);
          }
        }
        components[key].push_back(std::move(voxels));
      }
    }
  }
  for (const auto& [key, all] : components) {
    size_t best = 0;
    for (size_t c = 1; c < all.size(); ++c) {
      if (all[c].size() >= all[best].size()) best = c;
    }
    for (size_t c = 0; c < all.size(); ++c) {
      if (c == best) continue;
      for (const Shape3& v : all[c]) value[v[0]][v[1]][v[2]] = 0;
    }
  }
  return result;
}

}  // namespace

TEST_CASE("Activationsd") {
  const at::Tensor x = at::tensor({0.0f, std::log(3.0f)}).view({2, 1, 1, 1});
  const at::Tensor softmax = applied({{"name", "Activationsd"}, {"softmax", true}}, x);
  CHECK(softmax.flatten()[1].item<double>() == doctest::Approx(0.75));
  const at::Tensor sigmoid = applied({{"name", "Activationsd"}, {"sigmoid", true}}, x);
  CHECK(sigmoid.flatten()[0].item<double>() == doctest::Approx(0.5));
  CHECK_THROWS_AS(applied({{"name", "Activationsd"}, {"sigmoid", true}, {"softmax", true}}, x), Error);
}

TEST_CASE("AsDiscreted") {
  const at::Tensor scores = at::tensor({1.0f, 5.0f, 2.0f, 5.0f, 0.0f, 2.0f}).view({3, 2, 1, 1});
  const at::Tensor labels = applied({{"name", "AsDiscreted"}, {"argmax", true}}, scores);
  CHECK(at::equal(labels, test::row({1, 0})));  // columns (1, 2, 0) and (5, 5, 2): the first of equals
  const at::Tensor oneHot = applied({{"name", "AsDiscreted"}, {"to_onehot", 3}}, test::row({2, 0}));
  CHECK(at::equal(oneHot, at::tensor({0.0f, 1.0f, 0.0f, 0.0f, 1.0f, 0.0f}).view({3, 2, 1, 1})));
  CHECK(at::equal(applied({{"name", "AsDiscreted"}, {"threshold", 0.5}}, test::row({0.4f, 0.5f, 0.6f})),
                  test::row({0, 1, 1})));
  CHECK(at::equal(applied({{"name", "AsDiscreted"}, {"rounding", "torchrounding"}}, test::row({0.5f, 1.5f})),
                  test::row({0, 2})));
  CHECK_THROWS_AS(applied({{"name", "AsDiscreted"}, {"to_onehot", 3}}, scores), Error);
}

TEST_CASE("KeepLargestConnectedComponentd is MONAI's") {
  const at::Tensor input = test::readNpy(test::goldenPath("cases/klcc/input.npy"));
  const at::Tensor expected = test::readNpy(test::goldenPath("cases/klcc/output.npy"));
  CHECK(at::equal(applied({{"name", "KeepLargestConnectedComponentd"}}, input), expected));
  CHECK(at::equal(applied({{"name", "KeepLargestConnectedComponentd"}}, input.to(at::kByte)), expected.to(at::kByte)));
}

TEST_CASE("labels that are not applied stay; of equal components the last stays") {
  const at::Tensor map = test::row({1, 0, 1, 1, 0, 2, 0, 2, 0, 1, 1});
  CHECK(at::equal(applied({{"name", "KeepLargestConnectedComponentd"}, {"applied_labels", {1}}}, map),
                  test::row({0, 0, 0, 0, 0, 2, 0, 2, 0, 1, 1})));
  CHECK(at::equal(
      applied({{"name", "KeepLargestConnectedComponentd"}, {"independent", false}}, test::row({1, 2, 0, 2, 1, 1})),
      test::row({0, 0, 0, 2, 1, 1})));
}

TEST_CASE("one-hot channels, each by itself or all as one foreground; channel 0 is background") {
  const at::Tensor channels = at::cat({test::row({1, 0, 1, 0}), test::row({1, 0, 1, 1}), test::row({0, 1, 0, 1})});
  const at::Tensor each = applied({{"name", "KeepLargestConnectedComponentd"}}, channels);
  CHECK(at::equal(each, at::cat({test::row({1, 0, 1, 0}), test::row({0, 0, 1, 1}), test::row({0, 0, 0, 1})})));
  const at::Tensor joint = applied({{"name", "KeepLargestConnectedComponentd"}, {"independent", false}}, channels);
  CHECK(at::equal(joint, channels));
}

TEST_CASE("largest components are those of a flood fill, in every order of memory") {
  at::manual_seed(4);
  for (int trial = 0; trial < 60; ++trial) {
    CAPTURE(trial);
    ComponentOptions options;
    options.values.set().reset(0);
    if (trial % 3 == 0) options.values.reset(2);
    options.independent = trial % 2 == 0;
    options.connectivity = 1 + trial % 3;
    const double density = 0.2 + 0.1 * (trial % 5);
    at::Tensor labels = (at::randint(1, 4, {6, 7, 8}) * (at::rand({6, 7, 8}) < density)).to(at::kByte);
    if (trial % 4 == 1) labels = labels.permute({2, 0, 1});
    if (trial % 4 == 2) labels = labels.permute({2, 1, 0});
    const at::Tensor expected = largestByFloodFill(labels, options);
    keepLargestComponent(labels, options);
    CHECK(at::equal(labels, expected));
  }
}
