#include "operations/label_statistics.hpp"

#include <ATen/ATen.h>

#include <unordered_map>

namespace mlabel {
namespace {

struct Sums {
  int64_t count = 0;
  Shape3 index{};
};

/// Run by run: a label is mostly runs.
template <class Label>
std::map<int64_t, LabelStatistics> statisticsOf(const at::Tensor& labels, const JobContext& context) {
  std::unordered_map<int64_t, Sums> sums;
  const auto voxels = labels.accessor<Label, 3>();
  for (int64_t k = 0; k < labels.size(2); ++k) {
    context.check();
    for (int64_t j = 0; j < labels.size(1); ++j) {
      for (int64_t begin = 0, end = 0; begin < labels.size(0); begin = end) {
        const Label value = voxels[begin][j][k];
        while (end < labels.size(0) && voxels[end][j][k] == value) ++end;
        if (value <= 0) continue;
        Sums& sum = sums[value];
        const int64_t length = end - begin;
        sum.count += length;
        sum.index[0] += length * (begin + end - 1) / 2;
        sum.index[1] += length * j;
        sum.index[2] += length * k;
      }
    }
  }
  std::map<int64_t, LabelStatistics> result;
  for (const auto& [value, sum] : sums) {
    const auto& [count, index] = sum;
    result[value] = {count, {index[0] / count, index[1] / count, index[2] / count}};
  }
  return result;
}

}  // namespace

std::map<int64_t, LabelStatistics> labelStatistics(const at::Tensor& labels, const JobContext& context) {
  switch (labels.scalar_type()) {
    case at::kByte: return statisticsOf<uint8_t>(labels, context);
    case at::kShort: return statisticsOf<int16_t>(labels, context);
    default: return statisticsOf<int32_t>(labels, context);
  }
}

}  // namespace mlabel
