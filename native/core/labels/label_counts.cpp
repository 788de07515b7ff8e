#include "labels/label_counts.hpp"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <mutex>
#include <type_traits>

#include "runtime/error.hpp"

namespace mlabel {
namespace {

/// Voxels that are worth a thread of their own, beside the counts that it begins with.
constexpr int64_t leastVoxels = 65536;

/// `values` for what is no such value; fractions are cut.
template <class Value>
int64_t slotOf(Value value, int64_t values) {
  if constexpr (std::is_floating_point_v<Value>) {
    return value > -1 && value < static_cast<Value>(values) ? static_cast<int64_t>(value) : values;
  } else {
    const auto whole = static_cast<int64_t>(value);
    return whole >= 0 && whole < values ? whole : values;
  }
}

void addTo(std::vector<int64_t>& sums, const std::vector<int64_t>& counts) {
  for (size_t i = 0; i < sums.size(); ++i) sums[i] += counts[i];
}

LabelCounts emptyCounts(int64_t values) {
  const std::vector<int64_t> zeros(static_cast<size_t>(values), 0);
  return {zeros, zeros, zeros};
}

template <class Predicted, class Expected>
LabelCounts countVoxels(const Predicted* prediction, const Expected* reference, int64_t voxels, int64_t values) {
  LabelCounts sums = emptyCounts(values);
  std::mutex mutex;
  at::parallel_for(0, voxels, leastVoxels, [&](int64_t begin, int64_t end) {
    LabelCounts counts = emptyCounts(values + 1);
    for (int64_t i = begin; i < end; ++i) {
      const int64_t predicted = slotOf(prediction[i], values), expected = slotOf(reference[i], values);
      ++counts.predicted[static_cast<size_t>(predicted)];
      ++counts.expected[static_cast<size_t>(expected)];
      counts.common[static_cast<size_t>(predicted)] += predicted == expected ? 1 : 0;
    }
    const std::scoped_lock lock(mutex);
    addTo(sums.predicted, counts.predicted);
    addTo(sums.expected, counts.expected);
    addTo(sums.common, counts.common);
  });
  return sums;
}

/// Where there is no memory to walk over: on an accelerator.
LabelCounts countByTensors(const at::Tensor& prediction, const at::Tensor& reference, int64_t values) {
  const auto slots = [values](const at::Tensor& map) {
    const at::Tensor whole = map.reshape({-1}).to(at::kLong);
    return at::where(whole.lt(0).logical_or(whole.ge(values)), values, whole);
  };
  const auto counts = [values](const at::Tensor& map) {
    const at::Tensor found = at::bincount(map, {}, values + 1).cpu();
    const auto* first = found.const_data_ptr<int64_t>();
    return std::vector<int64_t>(first, first + values);
  };
  const at::Tensor predicted = slots(prediction), expected = slots(reference);
  return {counts(predicted), counts(expected), counts(at::where(predicted.eq(expected), predicted, values))};
}

}  // namespace

std::optional<double> LabelCounts::dice(int64_t value) const {
  const auto at = static_cast<size_t>(value);
  if (expected[at] == 0) return std::nullopt;
  return 2 * static_cast<double>(common[at]) / static_cast<double>(expected[at] + predicted[at]);
}

LabelCounts countLabels(const at::Tensor& prediction, const at::Tensor& reference, int64_t values) {
  if (prediction.sizes() != reference.sizes()) {
    throw Error(ErrorCode::Internal, "labels of different sizes cannot be compared");
  }
  if (!prediction.is_cpu()) return countByTensors(prediction, reference, values);
  const at::ScalarType type = prediction.scalar_type();
  const bool asItIs = type == at::kByte || type == at::kInt;
  const at::Tensor predicted = (asItIs ? prediction : prediction.to(at::kLong)).contiguous();
  const at::Tensor expected = reference.contiguous();
  return AT_DISPATCH_ALL_TYPES(expected.scalar_type(), "countLabels", [&] {
    const auto* wanted = expected.const_data_ptr<scalar_t>();
    const int64_t voxels = expected.numel();
    if (type == at::kByte) return countVoxels(predicted.const_data_ptr<uint8_t>(), wanted, voxels, values);
    if (type == at::kInt) return countVoxels(predicted.const_data_ptr<int32_t>(), wanted, voxels, values);
    return countVoxels(predicted.const_data_ptr<int64_t>(), wanted, voxels, values);
  });
}

}  // namespace mlabel
