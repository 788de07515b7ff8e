// monai.losses.DeepSupervisionLoss: the loss of every output of a network, the main one first, each with its weight.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "training/objective.hpp"

namespace mlabel {
namespace {

/// MONAI resizes with "nearest-exact", which takes the voxel whose centre is nearest.
at::Tensor resized(const at::Tensor& target, at::IntArrayRef size) {
  if (target.sizes().slice(2) == size) return target;
  return size.size() == 2 ? at::_upsample_nearest_exact2d(target, size) : at::_upsample_nearest_exact3d(target, size);
}

class DeepSupervision : public Objective {
 public:
  DeepSupervision(std::unique_ptr<Loss> loss, std::string weightMode, std::vector<double> weights)
      : loss_(std::move(loss)), weightMode_(std::move(weightMode)), weights_(std::move(weights)) {}

  Result operator()(Network& network, const Batch& batch, const StepContext& context) const override {
    const Outputs outputs = outputsOf(network, tensorOf(batch, "image"), context);
    context.job.check();
    const at::Tensor& target = tensorOf(batch, "label");
    const std::vector<double> weights = weightsOf(1 + outputs.heads.size());
    at::Tensor loss = weights[0] * (*loss_)(outputs.main, target);
    for (size_t i = 0; i < outputs.heads.size(); ++i) {
      const at::Tensor& head = outputs.heads[i];
      loss = loss + weights[i + 1] * (*loss_)(head, resized(target, head.sizes().slice(2)));
    }
    return {loss, outputs.main.detach()};
  }

 private:
  std::vector<double> weightsOf(size_t outputs) const {
    // MONAI passes over a list that is too short, and takes the weights of the mode.
    if (!weights_.empty() && weights_.size() < outputs) {
      throw Error(ErrorCode::InvalidInput, "DeepSupervision: weights needs " + std::to_string(outputs) +
                                               " values, one for each output of the network");
    }
    if (!weights_.empty()) return weights_;
    std::vector<double> weights(outputs, weightMode_ == "two" ? 0.5 : 1);
    weights[0] = 1;
    for (size_t i = 0; weightMode_ == "exp" && i < outputs; ++i) {
      weights[i] = std::max(std::pow(0.5, static_cast<double>(i)), 0.0625);
    }
    return weights;
  }

  std::unique_ptr<Loss> loss_;
  std::string weightMode_;
  std::vector<double> weights_;
};

}  // namespace

std::unique_ptr<Objective> makeDeepSupervision(const Json& spec, std::unique_ptr<Loss> loss) {
  const Args args("DeepSupervision", spec);
  std::string mode = args.choice("weight_mode", {"same", "exp", "two"}, "exp");
  std::vector<double> weights = args.list<double>("weights");
  if (std::ranges::any_of(weights, [](double value) { return !(value >= 0); })) {
    args.invalid("weights", "must not be negative");
  }
  args.finish();
  return std::make_unique<DeepSupervision>(std::move(loss), std::move(mode), std::move(weights));
}

}  // namespace mlabel
