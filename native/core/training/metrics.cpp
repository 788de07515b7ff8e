#include "training/metrics.hpp"

#include <ATen/core/Tensor.h>

namespace mlabel {

#define METRIC(metric) Scores metric(const LabelCounts& counts);
#include "training/metrics.inc"
#undef METRIC

namespace {

constexpr Metric all[] = {
#define METRIC(metric) metric,
#include "training/metrics.inc"
#undef METRIC
};

}  // namespace

void Metrics::add(const at::Tensor& prediction, const at::Tensor& target, int64_t classes) {
  const LabelCounts counts = countLabels(prediction, target, classes);
  for (const Metric metric : all) {
    for (const auto& [name, score] : metric(counts)) {
      Mean& mean = means_[name];
      mean.sum += score;
      ++mean.count;
    }
  }
}

double Metrics::mean() const {
  const auto found = means_.find(keyMetric);
  return found == means_.end() ? 0 : found->second.value();
}

Scores Metrics::scores(const std::string& prefix) const {
  Scores scores{{prefix + keyMetric, mean()}};
  for (const auto& [name, mean] : means_) scores[prefix + name] = mean.value();
  return scores;
}

}  // namespace mlabel
