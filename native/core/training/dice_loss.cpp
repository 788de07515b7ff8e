#include "training/dice_loss.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "training/loss_shapes.hpp"

namespace mlabel {
namespace {

struct Overlap {
  at::Tensor truePositive, falsePositive, falseNegative;
};

/// monai.losses.utils.compute_tp_fp_fn, operation by operation: the bits of loss and gradient depend on the order.
Overlap overlap(const at::Tensor& prediction, const at::Tensor& target, at::IntArrayRef axes, bool squared) {
  if (!squared) {
    const at::Tensor both = (prediction * target).sum(axes);
    return {both, prediction.sum(axes) - both, target.sum(axes) - both};
  }
  const auto power = [&](const at::Tensor& values) { return at::linalg_vector_norm(values, 2, axes).pow(2); };
  const at::Tensor predicted = power(prediction);
  const at::Tensor wanted = power(target);
  const at::Tensor both = (predicted + wanted - power(prediction - target)) / 2;
  return {both, predicted - both, wanted - both};
}

at::Tensor oneHot(const at::Tensor& classes, int64_t count, const at::Tensor& like) {
  return at::zeros_like(like, at::MemoryFormat::Contiguous).narrow(1, 0, count).scatter_(1, classes.to(at::kLong), 1);
}

}  // namespace

DiceOptions readDiceOptions(const Args& args) {
  DiceOptions options;
  options.includeBackground = args.get("include_background", options.includeBackground);
  options.toOnehotY = args.get("to_onehot_y", options.toOnehotY);
  options.sigmoid = args.get("sigmoid", options.sigmoid);
  options.softmax = args.get("softmax", options.softmax);
  options.squaredPred = args.get("squared_pred", options.squaredPred);
  options.jaccard = args.get("jaccard", options.jaccard);
  options.batch = args.get("batch", options.batch);
  options.smoothNr = args.get("smooth_nr", options.smoothNr);
  options.smoothDr = args.get("smooth_dr", options.smoothDr);
  options.weight = args.get("weight", options.weight);
  if (options.sigmoid && options.softmax) args.invalid("softmax", "and sigmoid exclude each other");
  if (std::ranges::any_of(options.weight, [](double value) { return !(value >= 0); })) {
    args.invalid("weight", "must not be negative");
  }
  return options;
}

at::Tensor DiceLoss::operator()(const at::Tensor& logits, const at::Tensor& target) const {
  checkLossShapes("DiceLoss", logits, target);
  const int64_t channels = logits.size(1);
  // MONAI ignores softmax, to_onehot_y and include_background for a single channel.
  const bool several = channels > 1;

  at::Tensor prediction = logits;
  if (options_.sigmoid) prediction = prediction.sigmoid();
  if (options_.softmax && several) prediction = prediction.softmax(1);
  at::Tensor wanted = options_.toOnehotY && several ? oneHot(target, channels, logits) : target;
  if (wanted.size(1) != channels) {
    throw Error(ErrorCode::InvalidInput, "DiceLoss: to_onehot_y must be true for a target of class numbers");
  }
  if (!options_.includeBackground && several) {
    prediction = prediction.narrow(1, 1, channels - 1);
    wanted = wanted.narrow(1, 1, channels - 1);
  }

  std::vector<int64_t> axes;
  if (options_.batch) axes.push_back(0);
  for (int64_t axis = 2; axis < logits.dim(); ++axis) axes.push_back(axis);
  auto [both, onlyPredicted, onlyWanted] = overlap(prediction, wanted, axes, options_.squaredPred);
  if (!options_.jaccard) {
    onlyPredicted = onlyPredicted * 0.5;
    onlyWanted = onlyWanted * 0.5;
  }
  at::Tensor loss = 1 - (2 * both + options_.smoothNr) / (2 * (both + onlyPredicted + onlyWanted) + options_.smoothDr);

  if (!options_.weight.empty() && prediction.size(1) > 1) {
    if (static_cast<int64_t>(options_.weight.size()) != prediction.size(1)) {
      throw Error(ErrorCode::InvalidInput, "DiceLoss: weight needs " + std::to_string(prediction.size(1)) + " values");
    }
    loss = loss * at::tensor(options_.weight, loss.options());
  }
  return loss.mean();
}

std::unique_ptr<Loss> makeDiceLoss(const Json& spec) {
  const Args args("DiceLoss", spec);
  DiceOptions options = readDiceOptions(args);
  args.finish();
  return std::make_unique<DiceLoss>(std::move(options));
}

}  // namespace mlabel
