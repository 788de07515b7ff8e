// Counting two label maps in one pass, against the histogram of pairs that it replaces.
#include "labels/label_counts.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "runtime/device.hpp"
#include "runtime/error.hpp"

using namespace mlabel;

namespace {

using Counts = std::vector<int64_t>;

/// The matrix of (reference, prediction) pairs; what is no value has the last row and column.
at::Tensor pairsOf(const at::Tensor& prediction, const at::Tensor& reference, int64_t values) {
  const auto numbers = [values](const at::Tensor& map) {
    const at::Tensor whole = map.reshape({-1}).to(at::kLong);
    return at::where(whole.lt(0).logical_or(whole.ge(values)), values, whole);
  };
  const int64_t side = values + 1;
  return at::bincount(numbers(reference) * side + numbers(prediction), {}, side * side).view({side, side});
}

}  // namespace

TEST_CASE("voxels of each value, and those that both have") {
  const at::Tensor truth = at::tensor({0, 1, 1, 2, 2, 2, 0, 0});
  const at::Tensor guess = at::tensor({1, 1, 0, 2, 2, 0, 0, 3});
  const LabelCounts counts = countLabels(guess, truth, 4);
  CHECK(counts.predicted == Counts{3, 2, 2, 1});
  CHECK(counts.expected == Counts{3, 2, 3, 0});
  CHECK(counts.common == Counts{1, 1, 2, 0});
  CHECK(*counts.dice(1) == doctest::Approx(2.0 * 1 / (2 + 2)));
  CHECK(*counts.dice(2) == doctest::Approx(2.0 * 2 / (2 + 3)));
  CHECK_FALSE(counts.dice(3).has_value());
}

TEST_CASE("what is no value is not counted, also where it is in both") {
  const LabelCounts counts = countLabels(at::tensor({7, 1, -1}), at::tensor({1, 1, -1}), 2);
  CHECK(counts.predicted == Counts{0, 1});
  CHECK(counts.expected == Counts{0, 2});
  CHECK(counts.common == Counts{0, 1});
}

TEST_CASE("counts are those of the histogram of pairs, in every type, layout and on every device") {
  at::manual_seed(4);
  for (const int64_t values : {2, 5, 300}) {
    const at::Tensor prediction = at::randint(-2, values + 3, {60, 50, 40}),
                     reference = at::randint(-2, values + 3, {60, 50, 40});
    for (const at::ScalarType a : {at::kLong, at::kShort, at::kInt}) {
      for (const at::ScalarType b : {at::kFloat, at::kInt, at::kLong}) {
        for (const c10::Device device : devices()) {
          INFO(values, " values, ", c10::toString(a), ", ", c10::toString(b), ", ", device.str());
          const at::Tensor pairs = pairsOf(prediction, reference, values);
          const LabelCounts counts = countLabels(prediction.to(device, a), reference.to(device, b), values);
          CHECK(at::tensor(counts.expected).equal(pairs.sum(1).narrow(0, 0, values)));
          CHECK(at::tensor(counts.predicted).equal(pairs.sum(0).narrow(0, 0, values)));
          CHECK(at::tensor(counts.common).equal(pairs.diagonal().narrow(0, 0, values)));
        }
      }
    }
    const at::Tensor bytes = prediction.remainder(256).to(at::kByte);
    const LabelCounts turned = countLabels(bytes.permute({2, 0, 1}), reference.permute({2, 0, 1}), values);
    CHECK(at::tensor(turned.common).equal(pairsOf(bytes, reference, values).diagonal().narrow(0, 0, values)));
  }
}

TEST_CASE("maps of different sizes cannot be compared") {
  CHECK_THROWS_WITH_AS(countLabels(at::zeros({3}), at::zeros({4}), 2), "labels of different sizes cannot be compared",
                       Error);
}
