#include "training/dice_loss.hpp"

#include <ATen/ATen.h>

namespace mlabel {

DiceOptions readDiceOptions(const Args& args) {
  DiceOptions options;
  options.inputs = readLossInputs(args);
  options.squaredPred = args.get("squared_pred", options.squaredPred);
  options.jaccard = args.get("jaccard", options.jaccard);
  options.batch = args.get("batch", options.batch);
  options.smoothNr = args.get("smooth_nr", options.smoothNr);
  options.smoothDr = args.get("smooth_dr", options.smoothDr);
  options.reduction = readReduction(args);
  return options;
}

at::Tensor DiceLoss::operator()(const at::Tensor& logits, const at::Tensor& target) const {
  const LossInputs inputs = prepareLossInputs("DiceLoss", options_.inputs, logits, target);
  const std::vector<int64_t> axes = summedAxes(logits.dim(), options_.batch);
  auto [both, onlyPredicted, onlyWanted] = overlap(inputs, axes, options_.squaredPred ? 2 : 1, options_.softLabel);
  if (!options_.jaccard) {
    onlyPredicted = onlyPredicted * 0.5;
    onlyWanted = onlyWanted * 0.5;
  }
  at::Tensor loss = 1 - (2 * both + options_.smoothNr) / (2 * (both + onlyPredicted + onlyWanted) + options_.smoothDr);
  const int64_t classes = inputs.prediction.size(1);
  if (!options_.weight.values.empty() && classes > 1) {
    loss = loss * weightsOf("DiceLoss", options_.weight, classes, loss);
  }
  return reduceLoss(loss, options_.reduction);
}

std::unique_ptr<Loss> makeDiceLoss(const Json& spec) {
  const Args args("DiceLoss", spec);
  DiceOptions options = readDiceOptions(args);
  options.inputs.ignoreIndex = readIgnoreIndex(args);
  options.softLabel = args.get("soft_label", options.softLabel);
  options.weight = readClassWeights(args);
  args.finish();
  return std::make_unique<DiceLoss>(std::move(options));
}

}  // namespace mlabel
