// monai.losses.DiceLoss.
#pragma once

#include "training/loss.hpp"
#include "training/loss_inputs.hpp"

namespace mlabel {

struct DiceOptions {
  LossInputOptions inputs;
  bool squaredPred = false;
  bool jaccard = false;
  bool batch = false;
  bool softLabel = false;
  double smoothNr = 1e-5;
  double smoothDr = 1e-5;
  LossReduction reduction = LossReduction::Mean;
  /// Of each class that takes part: without background when that is left out. A network with one output has none.
  ClassWeights weight;
};

/// The arguments that DiceLoss has in common with the losses that contain it, weight not among them. Throws
/// InvalidInput; leaves `args.finish()` to the caller.
DiceOptions readDiceOptions(const Args& args);

class DiceLoss : public Loss {
 public:
  explicit DiceLoss(DiceOptions options) : options_(std::move(options)) {}
  at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const override;

 private:
  DiceOptions options_;
};

}  // namespace mlabel
