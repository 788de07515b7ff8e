// monai.metrics.DiceMetric (include_background=False, ignore_empty=True, reduction="mean") on class maps.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace mlabel {

/// 2|A∩B| / (|A|+|B|) of each class but the background, in class order; NaN where `target` has no voxel of the class.
/// `prediction` and `target` hold class numbers, equal sizes, any numeric type; values outside [0, classes) belong to no
/// class. With two channels' worth of classes (one output channel) use classes = 2.
std::vector<double> diceOfClasses(const at::Tensor& prediction, const at::Tensor& target, int64_t classes);

/// The arg-max of logits [C, spatial…] as class numbers [spatial…]; one channel: 1 where the sigmoid reaches 0.5.
at::Tensor predictedClasses(const at::Tensor& logits);

/// The mean over an epoch: over the valid classes of each sample first, then over the samples that have any.
class MeanDice {
 public:
  /// One sample, as for diceOfClasses.
  void add(const at::Tensor& prediction, const at::Tensor& target, int64_t classes);

  /// The mean so far; 0 when no sample had a foreground voxel (as MONAI's handler reports it).
  double value() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

  /// To continue an epoch that was interrupted.
  double sum() const { return sum_; }
  int64_t count() const { return count_; }
  void restore(double sum, int64_t count) { sum_ = sum, count_ = count; }

 private:
  double sum_ = 0;
  int64_t count_ = 0;
};

}  // namespace mlabel
