// The Dice of each label, which MONAI Label reports as train_<label>_mean_dice and val_<label>_mean_dice
// (apps-and-tasks 4.6); labels are numbers here.
#include "training/metrics.hpp"

namespace mlabel {

/// Of a single label it would be the mean once more.
Scores labelDice(const LabelCounts& counts) {
  Scores scores;
  const size_t classes = counts.expected.size();
  for (size_t label = 1; classes > 2 && label < classes; ++label) {
    if (const auto dice = counts.dice(static_cast<int64_t>(label)))
      scores[std::to_string(label) + "_mean_dice"] = *dice;
  }
  return scores;
}

}  // namespace mlabel
