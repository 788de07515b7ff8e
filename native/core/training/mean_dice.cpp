// monai.metrics.DiceMetric (include_background=False, ignore_empty=True, reduction="mean") of one sample.
#include "training/metrics.hpp"

namespace mlabel {

/// The mean over the classes that the sample has.
Scores meanDice(const LabelCounts& counts) {
  double sum = 0;
  int64_t found = 0;
  for (size_t label = 1; label < counts.expected.size(); ++label) {
    const auto dice = counts.dice(static_cast<int64_t>(label));
    if (!dice) continue;
    sum += *dice;
    ++found;
  }
  if (found == 0) return {};
  return {{keyMetric, sum / static_cast<double>(found)}};
}

}  // namespace mlabel
