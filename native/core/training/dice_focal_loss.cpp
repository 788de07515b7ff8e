// monai.losses.DiceFocalLoss: lambda_dice · Dice + lambda_focal · focal loss of each class on the logits.
#include <ATen/ATen.h>

#include "training/dice_loss.hpp"
#include "training/focal_loss.hpp"

namespace mlabel {
namespace {

class DiceFocalLoss : public Loss {
 public:
  DiceFocalLoss(DiceOptions dice, FocalOptions focal, bool toOnehotY, double lambdaDice, double lambdaFocal)
      : dice_(std::move(dice)),
        focal_(std::move(focal)),
        toOnehotY_(toOnehotY),
        lambdaDice_(lambdaDice),
        lambdaFocal_(lambdaFocal) {}

  at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const override {
    checkLossShapes("DiceFocalLoss", logits, target);
    const int64_t channels = logits.size(1);
    const at::Tensor wanted = toOnehotY_ && channels > 1 ? oneHot(target, channels, logits) : target;
    return lambdaDice_ * dice_(logits, wanted) + lambdaFocal_ * focal_(logits, wanted);
  }

 private:
  DiceLoss dice_;
  FocalLoss focal_;
  bool toOnehotY_;
  double lambdaDice_;
  double lambdaFocal_;
};

}  // namespace

std::unique_ptr<Loss> makeDiceFocalLoss(const Json& spec) {
  const Args args("DiceFocalLoss", spec);
  DiceOptions dice = readDiceOptions(args);
  const bool toOnehotY = std::exchange(dice.inputs.toOnehotY, false);
  dice.weight = readClassWeights(args);
  FocalOptions focal;
  focal.inputs.includeBackground = dice.inputs.includeBackground;
  focal.gamma = readGamma(args);
  focal.alpha = readAlpha(args);
  focal.weight = dice.weight;
  focal.reduction = dice.reduction;
  const double lambdaDice = readFactor(args, "lambda_dice", 1), lambdaFocal = readFactor(args, "lambda_focal", 1);
  args.finish();
  return std::make_unique<DiceFocalLoss>(std::move(dice), std::move(focal), toOnehotY, lambdaDice, lambdaFocal);
}

}  // namespace mlabel
