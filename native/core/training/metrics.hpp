// How good predictions are, as numbers with names. To add a metric: a file beside this one and a line in metrics.inc;
// it is in the statistics of every training then.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "labels/label_counts.hpp"

namespace mlabel {

/// What a metric says of one sample, by name; what it cannot say of this sample is left out. `counts` has one value a
/// class, background first.
using Scores = std::map<std::string, double>;
using Metric = Scores (*)(const LabelCounts& counts);

/// The metric that decides which weights are best, monai.handlers.MeanDice's name.
inline const std::string keyMetric = "mean_dice";

/// The means of all metrics over the samples of an epoch or a validation: of each name over the samples that it says
/// something about, as monai.metrics reduces with "mean".
class Metrics {
 public:
  struct Mean {
    double sum = 0;
    int64_t count = 0;
    double value() const { return sum / static_cast<double>(count); }
  };

  /// One sample: class numbers [spatial…] of equal sizes on one device, any numeric type; values outside [0, classes)
  /// belong to no class. A network with one output channel has two classes.
  void add(const at::Tensor& prediction, const at::Tensor& target, int64_t classes);

  /// The key metric; 0 where no sample had a voxel of a class to find (as MONAI's handler reports it).
  double mean() const;

  /// Each by name behind `prefix`; the key metric in any case.
  Scores scores(const std::string& prefix) const;

  /// To continue an epoch that was interrupted.
  const std::map<std::string, Mean>& means() const { return means_; }
  void restore(std::map<std::string, Mean> means) { means_ = std::move(means); }

 private:
  std::map<std::string, Mean> means_;
};

}  // namespace mlabel
