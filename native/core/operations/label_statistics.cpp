#include "operations/label_statistics.hpp"

#include <ATen/ATen.h>

#include <vector>

namespace mlabel {
namespace {

struct Sums {
  int64_t count = 0;
  Shape3 index{};
};

template <class Label>
std::map<int64_t, LabelStatistics> statisticsOf(const at::Tensor& labels) {
  std::vector<Sums> sums(size_t{1} << (8 * sizeof(Label)));
  const auto voxels = labels.accessor<Label, 3>();
  for (int64_t k = 0; k < labels.size(2); ++k) {
    for (int64_t j = 0; j < labels.size(1); ++j) {
      for (int64_t i = 0; i < labels.size(0); ++i) {
        const Label value = voxels[i][j][k];
        if (value <= 0) continue;
        Sums& sum = sums[static_cast<size_t>(value)];
        ++sum.count;
        sum.index[0] += i;
        sum.index[1] += j;
        sum.index[2] += k;
      }
    }
  }
  std::map<int64_t, LabelStatistics> result;
  for (size_t value = 1; value < sums.size(); ++value) {
    const auto& [count, index] = sums[value];
    if (count == 0) continue;
    result[static_cast<int64_t>(value)] = {count, {index[0] / count, index[1] / count, index[2] / count}};
  }
  return result;
}

}  // namespace

std::map<int64_t, LabelStatistics> labelStatistics(const at::Tensor& labels) {
  return labels.scalar_type() == at::kByte ? statisticsOf<uint8_t>(labels) : statisticsOf<int16_t>(labels);
}

}  // namespace mlabel
