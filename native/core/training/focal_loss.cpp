#include "training/focal_loss.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

namespace mlabel {
namespace {

/// [C] as [C, 1, …] of `like`.
at::Tensor alongClasses(const at::Tensor& values, const at::Tensor& like) {
  std::vector<int64_t> shape(static_cast<size_t>(like.dim() - 1), 1);
  shape[0] = -1;
  return values.view(shape);
}

}  // namespace

at::Tensor FocalLoss::operator()(const at::Tensor& logits, const at::Tensor& target) const {
  const LossInputs inputs = prepareLossInputs("FocalLoss", options_.inputs, logits, target);
  at::Tensor loss = options_.useSoftmax ? ofSoftmax(inputs) : ofSigmoid(inputs);
  if (inputs.mask.defined()) loss = loss * inputs.mask;
  if (!options_.weight.values.empty()) {
    const int64_t classes = loss.size(1);
    if (classes == 1 && !options_.weight.shared) {
      throw Error(ErrorCode::InvalidInput, "FocalLoss: weight must be one number for a network with one output");
    }
    const at::Tensor weight = weightsOf("FocalLoss", options_.weight, classes, loss);
    loss = loss * (options_.weight.shared ? weight : alongClasses(weight, loss));
  }
  return reduce(loss, inputs.mask);
}

at::Tensor FocalLoss::ofSigmoid(const LossInputs& inputs) const {
  const at::Tensor &x = inputs.prediction, &t = inputs.target;
  const at::Tensor crossEntropy = x - x * t - at::log_sigmoid(x);
  const at::Tensor logOfRest = at::log_sigmoid(-x * (t * 2 - 1));
  const at::Tensor loss = (logOfRest * options_.gamma).exp() * crossEntropy;
  if (options_.alpha.values.empty()) return loss;
  const at::Tensor alpha = weightsOf("FocalLoss (alpha)", options_.alpha, x.size(1), x);
  if (options_.alpha.shared) return (t * alpha + (1 - t) * (1 - alpha)) * loss;
  const at::Tensor ofClasses = alongClasses(alpha, x);
  return at::where(t.eq(1), ofClasses, at::ones_like(ofClasses)) * loss;
}

at::Tensor FocalLoss::ofSoftmax(const LossInputs& inputs) const {
  const at::Tensor logarithm = inputs.prediction.log_softmax(1);
  const at::Tensor loss = -(1 - logarithm.exp()).pow(options_.gamma) * logarithm * inputs.target;
  // MONAI leaves one alpha out where there is no background that it could stand against.
  if (options_.alpha.values.empty() || (options_.alpha.shared && !options_.inputs.includeBackground)) return loss;
  std::vector<double> alpha = options_.alpha.values;
  if (options_.alpha.shared) {
    alpha.assign(static_cast<size_t>(loss.size(1)), options_.alpha.values.front());
    alpha.front() = 1 - alpha.front();
  }
  return alongClasses(weightsOf("FocalLoss (alpha)", {alpha}, loss.size(1), loss), loss) * loss;
}

at::Tensor FocalLoss::reduce(const at::Tensor& loss, const at::Tensor& mask) const {
  constexpr double least = std::numeric_limits<float>::epsilon();
  const std::vector<int64_t> space = summedAxes(loss.dim(), false);
  if (options_.reduction == LossReduction::Sum) {
    if (!mask.defined()) return loss.mean(space).sum();
    return (loss.sum(space, /*keepdim=*/true) / mask.sum(space, /*keepdim=*/true).clamp_min(least)).sum();
  }
  return mask.defined() ? loss.sum() / mask.sum().clamp_min(least) : loss.mean();
}

double readGamma(const Args& args) { return args.get("gamma", FocalOptions().gamma); }

ClassWeights readAlpha(const Args& args) {
  const ClassWeights alpha{args.list<double>("alpha"), args.get("alpha", Json()).is_number()};
  if (std::ranges::any_of(alpha.values, [](double value) { return !(value >= 0 && value <= 1); })) {
    args.invalid("alpha", "must lie in [0, 1]");
  }
  return alpha;
}

std::unique_ptr<Loss> makeFocalLoss(const Json& spec) {
  const Args args("FocalLoss", spec);
  FocalOptions options;
  options.inputs.includeBackground = args.get("include_background", options.inputs.includeBackground);
  options.inputs.toOnehotY = args.get("to_onehot_y", options.inputs.toOnehotY);
  options.inputs.ignoreIndex = readIgnoreIndex(args);
  options.gamma = readGamma(args);
  options.alpha = readAlpha(args);
  options.weight = readClassWeights(args);
  options.useSoftmax = args.get("use_softmax", options.useSoftmax);
  options.reduction = readReduction(args);
  args.finish();
  return std::make_unique<FocalLoss>(std::move(options));
}

}  // namespace mlabel
