// monai.losses.DiceCELoss: lambda_dice · Dice + lambda_ce · cross-entropy on the logits.
#pragma once

#include <vector>

#include "training/dice_loss.hpp"

namespace mlabel {

class DiceCELoss : public Loss {
 public:
  /// `weight`: one factor a class for the cross-entropy, background included; empty: all alike. A network with one
  /// output channel gets the binary cross-entropy, weighted for positives.
  DiceCELoss(DiceOptions dice, std::vector<double> weight, double lambdaDice, double lambdaCe)
      : dice_(std::move(dice)), weight_(std::move(weight)), lambdaDice_(lambdaDice), lambdaCe_(lambdaCe) {}
  at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const override;

 private:
  at::Tensor crossEntropy(const at::Tensor& logits, const at::Tensor& target) const;

  DiceLoss dice_;
  std::vector<double> weight_;
  double lambdaDice_;
  double lambdaCe_;
};

std::unique_ptr<Loss> makeDiceCELoss(const Json& spec);

}  // namespace mlabel
