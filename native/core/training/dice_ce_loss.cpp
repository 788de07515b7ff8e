#include "training/dice_ce_loss.hpp"

#include <ATen/ATen.h>

#include "training/loss_shapes.hpp"

namespace mlabel {

at::Tensor DiceCELoss::operator()(const at::Tensor& logits, const at::Tensor& target) const {
  checkLossShapes("DiceCELoss", logits, target);
  return lambdaDice_ * dice_(logits, target) + lambdaCe_ * crossEntropy(logits, target);
}

at::Tensor DiceCELoss::crossEntropy(const at::Tensor& logits, const at::Tensor& target) const {
  const int64_t channels = logits.size(1);
  const auto wanted = static_cast<size_t>(channels);
  if (!weight_.empty() && weight_.size() != wanted) {
    throw Error(ErrorCode::InvalidInput, "DiceCELoss: weight needs " + std::to_string(channels) + " values");
  }
  const at::Tensor weight = weight_.empty() ? at::Tensor() : at::tensor(weight_, logits.options());
  if (channels == 1) {
    return at::binary_cross_entropy_with_logits(logits, target.to(logits.scalar_type()), {}, weight);
  }
  if (target.size(1) == 1) return at::cross_entropy_loss(logits, target.squeeze(1).to(at::kLong), weight);
  return at::cross_entropy_loss(logits, target.to(logits.scalar_type()), weight);
}

std::unique_ptr<Loss> makeDiceCELoss(const Json& spec) {
  const Args args("DiceCELoss", spec);
  DiceOptions dice = readDiceOptions(args);
  std::vector<double> weight = dice.weight;
  if (!dice.includeBackground && !dice.weight.empty()) dice.weight.erase(dice.weight.begin());
  const auto lambdaDice = args.get("lambda_dice", 1.0);
  const auto lambdaCe = args.get("lambda_ce", 1.0);
  if (!(lambdaDice >= 0)) args.invalid("lambda_dice", "must not be negative");
  if (!(lambdaCe >= 0)) args.invalid("lambda_ce", "must not be negative");
  args.finish();
  return std::make_unique<DiceCELoss>(std::move(dice), std::move(weight), lambdaDice, lambdaCe);
}

}  // namespace mlabel
