// monai.losses.FocalLoss: (1 - p)^gamma · cross-entropy of each class on its own, or of a softmax.
#pragma once

#include <vector>

#include "training/loss.hpp"
#include "training/loss_inputs.hpp"

namespace mlabel {

struct FocalOptions {
  /// Its activation is that of `useSoftmax`.
  LossInputOptions inputs;
  double gamma = 2;
  /// One number weighs the positive voxels, the rest 1 - alpha; several, the positive voxels of each class. Empty: all
  /// alike.
  ClassWeights alpha;
  ClassWeights weight;
  bool useSoftmax = false;
  LossReduction reduction = LossReduction::Mean;
};

class FocalLoss : public Loss {
 public:
  explicit FocalLoss(FocalOptions options) : options_(std::move(options)) {}
  at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const override;

 private:
  at::Tensor ofSigmoid(const LossInputs& inputs) const;
  at::Tensor ofSoftmax(const LossInputs& inputs) const;
  at::Tensor reduce(const at::Tensor& loss, const at::Tensor& mask) const;

  FocalOptions options_;
};

/// gamma
double readGamma(const Args& args);

/// alpha, a number or a list, from 0 to 1.
ClassWeights readAlpha(const Args& args);

}  // namespace mlabel
