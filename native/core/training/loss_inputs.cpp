#include "training/loss_inputs.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace mlabel {
namespace {

/// monai.metrics.utils.create_ignore_mask.
at::Tensor countedVoxels(const at::Tensor& target, int64_t ignored) {
  if (target.size(1) == 1) return target.ne(ignored).to(at::kFloat);
  if (ignored >= 0 && ignored < target.size(1)) return 1 - target.narrow(1, ignored, 1);
  return target.sum(1, /*keepdim=*/true).gt(0).to(at::kFloat);
}

}  // namespace

LossInputOptions readLossInputs(const Args& args) {
  LossInputOptions options;
  options.includeBackground = args.get("include_background", options.includeBackground);
  options.toOnehotY = args.get("to_onehot_y", options.toOnehotY);
  options.sigmoid = args.get("sigmoid", options.sigmoid);
  options.softmax = args.get("softmax", options.softmax);
  if (options.sigmoid && options.softmax) args.invalid("softmax", "and sigmoid exclude each other");
  return options;
}

std::optional<int64_t> readIgnoreIndex(const Args& args) {
  if (!args.has("ignore_index")) return std::nullopt;
  return args.require<int64_t>("ignore_index");
}

LossReduction readReduction(const Args& args) {
  return args.choice("reduction", {"mean", "sum"}, "mean") == "sum" ? LossReduction::Sum : LossReduction::Mean;
}

ClassWeights readClassWeights(const Args& args) {
  const ClassWeights weights{args.list<double>("weight"), args.get("weight", Json()).is_number()};
  if (std::ranges::any_of(weights.values, [](double value) { return !(value >= 0); })) {
    args.invalid("weight", "must not be negative");
  }
  return weights;
}

double readFactor(const Args& args, const std::string& name, double fallback) {
  const auto value = args.get(name, fallback);
  if (!(value >= 0)) args.invalid(name, "must not be negative");
  return value;
}

at::Tensor weightsOf(const std::string& loss, const ClassWeights& weights, int64_t classes, const at::Tensor& like) {
  if (weights.shared) return at::scalar_tensor(weights.values.front(), like.options());
  if (static_cast<int64_t>(weights.values.size()) != classes) {
    throw Error(ErrorCode::InvalidInput, loss + ": weight needs " + std::to_string(classes) + " values");
  }
  return at::tensor(weights.values, like.options());
}

void checkLossShapes(const std::string& loss, const at::Tensor& logits, const at::Tensor& target) {
  bool fits = logits.dim() >= 3 && logits.dim() == target.dim();
  for (int64_t axis = 0; fits && axis < logits.dim(); ++axis) {
    fits = logits.size(axis) == target.size(axis) || (axis == 1 && target.size(1) == 1);
  }
  if (fits) return;
  std::string sizes;
  for (const at::Tensor* tensor : {&logits, &target}) {
    sizes += sizes.empty() ? "network output [" : "], target [";
    for (int64_t axis = 0; axis < tensor->dim(); ++axis) {
      sizes += (axis == 0 ? "" : ", ") + std::to_string(tensor->size(axis));
    }
  }
  throw Error(ErrorCode::InvalidInput, loss + ": " + sizes + "] do not fit each other");
}

at::Tensor oneHot(const at::Tensor& classes, int64_t count, const at::Tensor& like) {
  return at::zeros_like(like, at::MemoryFormat::Contiguous).narrow(1, 0, count).scatter_(1, classes.to(at::kLong), 1);
}

LossInputs prepareLossInputs(const std::string& loss, const LossInputOptions& options, const at::Tensor& logits,
                             const at::Tensor& target) {
  checkLossShapes(loss, logits, target);
  const int64_t channels = logits.size(1);
  const bool several = channels > 1;

  LossInputs inputs{logits, target, {}};
  if (options.sigmoid) inputs.prediction = inputs.prediction.sigmoid();
  if (options.softmax && several) inputs.prediction = inputs.prediction.softmax(1);
  if (options.toOnehotY && several) {
    at::Tensor classes = target;
    const auto& ignored = options.ignoreIndex;
    if (ignored && (*ignored < 0 || *ignored >= channels)) classes = classes.masked_fill(classes.eq(*ignored), 0);
    inputs.target = oneHot(classes, channels, logits);
  }
  if (inputs.target.size(1) != channels) {
    throw Error(ErrorCode::InvalidInput, loss + ": to_onehot_y must be true for a target of class numbers");
  }
  if (!options.includeBackground && several) {
    inputs.prediction = inputs.prediction.narrow(1, 1, channels - 1);
    inputs.target = inputs.target.narrow(1, 1, channels - 1);
  }
  if (options.ignoreIndex) {
    inputs.mask = countedVoxels(target, *options.ignoreIndex);
    inputs.prediction = inputs.prediction * inputs.mask;
    inputs.target = inputs.target * inputs.mask;
  }
  return inputs;
}

std::vector<int64_t> summedAxes(int64_t dimensions, bool batch) {
  std::vector<int64_t> axes;
  if (batch) axes.push_back(0);
  for (int64_t axis = 2; axis < dimensions; ++axis) axes.push_back(axis);
  return axes;
}

Overlap overlap(const LossInputs& inputs, at::IntArrayRef axes, int order, bool softLabel) {
  const auto& [prediction, target, mask] = inputs;
  if (order == 1 && !softLabel) {
    const at::Tensor both = (prediction * target).sum(axes);
    return {both, prediction.sum(axes) - both, target.sum(axes) - both};
  }
  const auto power = [&](const at::Tensor& values) {
    const at::Tensor norm = at::linalg_vector_norm(values, order, axes);
    return order == 1 ? norm : norm.pow(order);
  };
  const at::Tensor predicted = power(prediction);
  const at::Tensor wanted = power(target);
  const at::Tensor both = (predicted + wanted - power(prediction - target)) / 2;
  return {both, predicted - both, wanted - both};
}

at::Tensor reduceLoss(const at::Tensor& loss, LossReduction reduction) {
  return reduction == LossReduction::Sum ? loss.sum() : loss.mean();
}

}  // namespace mlabel
