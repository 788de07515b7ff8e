// monai.losses.DiceLoss (reduction "mean", no other_act, no ignore_index).
#pragma once

#include <vector>

#include "training/loss.hpp"

namespace mlabel {

struct DiceOptions {
  bool includeBackground = true;
  bool toOnehotY = false;
  bool sigmoid = false;
  bool softmax = false;
  bool squaredPred = false;
  bool jaccard = false;
  bool batch = false;
  double smoothNr = 1e-5;
  double smoothDr = 1e-5;
  /// One factor a class that takes part (without background when that is left out); empty: all alike.
  std::vector<double> weight;
};

/// Reads MONAI's argument names. Throws InvalidInput; leaves `args.finish()` to the caller.
DiceOptions readDiceOptions(const Args& args);

class DiceLoss : public Loss {
 public:
  explicit DiceLoss(DiceOptions options) : options_(std::move(options)) {}
  at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const override;

 private:
  DiceOptions options_;
};

std::unique_ptr<Loss> makeDiceLoss(const Json& spec);

}  // namespace mlabel
