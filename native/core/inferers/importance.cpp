#include "inferers/importance.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace mlabel {

std::vector<int64_t> windowStarts(int64_t size, int64_t roi, double overlap) {
  const auto shifted = static_cast<int64_t>(static_cast<double>(roi) * (1 - overlap));
  const int64_t step = roi == size ? roi : std::max<int64_t>(shifted, 1);
  std::vector<int64_t> starts;
  for (int64_t start = 0;; start += step) {
    starts.push_back(std::min(start, size - roi));
    if (start + roi >= size) return starts;
  }
}

at::Tensor gaussianImportance(const std::vector<int64_t>& roi, const std::vector<double>& sigmaScale) {
  at::Tensor map;
  for (size_t axis = 0; axis < roi.size(); ++axis) {
    const auto size = static_cast<double>(roi[axis]);
    const double sigma = size * sigmaScale[axis];
    const at::Tensor x = at::arange(-(size - 1) / 2, (size - 1) / 2 + 1, at::kFloat);
    const at::Tensor bell = x.square().div_(-2 * sigma * sigma).exp_();
    map = axis == 0 ? bell : map.unsqueeze(-1) * bell;
  }
  return map.clamp_min_(std::max(map.min().item<double>(), 1e-3));
}

}  // namespace mlabel
