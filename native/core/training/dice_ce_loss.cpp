// monai.losses.DiceCELoss: lambda_dice · Dice + lambda_ce · cross-entropy on the logits.
#include <ATen/ATen.h>

#include "training/dice_loss.hpp"

namespace mlabel {
namespace {

struct CrossEntropyOptions {
  /// One factor a class, background included; empty: all alike. A network with one output channel gets the binary
  /// cross-entropy, weighted for positives.
  std::vector<double> weight;
  double labelSmoothing = 0;
  int64_t reduction = at::Reduction::Mean;
};

class DiceCELoss : public Loss {
 public:
  DiceCELoss(DiceOptions dice, CrossEntropyOptions crossEntropy, double lambdaDice, double lambdaCe)
      : dice_(std::move(dice)), crossEntropy_(std::move(crossEntropy)), lambdaDice_(lambdaDice), lambdaCe_(lambdaCe) {}

  at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const override {
    checkLossShapes("DiceCELoss", logits, target);
    return lambdaDice_ * dice_(logits, target) + lambdaCe_ * crossEntropy(logits, target);
  }

 private:
  at::Tensor crossEntropy(const at::Tensor& logits, const at::Tensor& target) const {
    const int64_t channels = logits.size(1);
    const auto& [weights, smoothing, reduction] = crossEntropy_;
    const at::Tensor weight = weights.empty() ? at::Tensor() : weightsOf("DiceCELoss", {weights}, channels, logits);
    if (channels == 1) {
      return at::binary_cross_entropy_with_logits(logits, target.to(logits.scalar_type()), {}, weight, reduction);
    }
    const at::Tensor wanted = target.size(1) == 1 ? target.squeeze(1).to(at::kLong) : target.to(logits.scalar_type());
    return at::cross_entropy_loss(logits, wanted, weight, reduction, /*ignore_index=*/-100, smoothing);
  }

  DiceLoss dice_;
  CrossEntropyOptions crossEntropy_;
  double lambdaDice_;
  double lambdaCe_;
};

}  // namespace

std::unique_ptr<Loss> makeDiceCELoss(const Json& spec) {
  const Args args("DiceCELoss", spec);
  DiceOptions dice = readDiceOptions(args);
  CrossEntropyOptions crossEntropy;
  crossEntropy.weight = args.get("weight", crossEntropy.weight);
  dice.weight = readClassWeights(args);
  if (!dice.inputs.includeBackground && !dice.weight.values.empty())
    dice.weight.values.erase(dice.weight.values.begin());
  if (dice.reduction == LossReduction::Sum) crossEntropy.reduction = at::Reduction::Sum;
  crossEntropy.labelSmoothing = args.get("label_smoothing", crossEntropy.labelSmoothing);
  if (!(crossEntropy.labelSmoothing >= 0 && crossEntropy.labelSmoothing <= 1)) {
    args.invalid("label_smoothing", "must lie in [0, 1]");
  }
  const double lambdaDice = readFactor(args, "lambda_dice", 1), lambdaCe = readFactor(args, "lambda_ce", 1);
  args.finish();
  return std::make_unique<DiceCELoss>(std::move(dice), std::move(crossEntropy), lambdaDice, lambdaCe);
}

}  // namespace mlabel
