// monai.losses.TverskyLoss: Dice whose false positives count `alpha` and whose false negatives count `beta`.
#include <ATen/ATen.h>

#include "training/loss.hpp"
#include "training/loss_inputs.hpp"

namespace mlabel {
namespace {

struct TverskyOptions {
  LossInputOptions inputs;
  double alpha = 0.5;
  double beta = 0.5;
  bool batch = false;
  bool softLabel = false;
  double smoothNr = 1e-5;
  double smoothDr = 1e-5;
  LossReduction reduction = LossReduction::Mean;
};

class TverskyLoss : public Loss {
 public:
  explicit TverskyLoss(TverskyOptions options) : options_(options) {}

  at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const override {
    const LossInputs inputs = prepareLossInputs("TverskyLoss", options_.inputs, logits, target);
    const std::vector<int64_t> axes = summedAxes(logits.dim(), options_.batch);
    const auto [both, onlyPredicted, onlyWanted] =
        options_.softLabel ? overlap(inputs, axes, 1, true) : products(inputs, axes);
    const at::Tensor all = both + options_.alpha * onlyPredicted + options_.beta * onlyWanted;
    return reduceLoss(1 - (both + options_.smoothNr) / (all + options_.smoothDr), options_.reduction);
  }

 private:
  static Overlap products(const LossInputs& inputs, at::IntArrayRef axes) {
    const auto& [p, t, mask] = inputs;
    return {(p * t).sum(axes), (p * (1 - t)).sum(axes), ((1 - p) * t).sum(axes)};
  }

  TverskyOptions options_;
};

}  // namespace

std::unique_ptr<Loss> makeTverskyLoss(const Json& spec) {
  const Args args("TverskyLoss", spec);
  TverskyOptions options;
  options.inputs = readLossInputs(args);
  options.inputs.ignoreIndex = readIgnoreIndex(args);
  options.alpha = readFactor(args, "alpha", options.alpha);
  options.beta = readFactor(args, "beta", options.beta);
  options.batch = args.get("batch", options.batch);
  options.softLabel = args.get("soft_label", options.softLabel);
  options.smoothNr = args.get("smooth_nr", options.smoothNr);
  options.smoothDr = args.get("smooth_dr", options.smoothDr);
  options.reduction = readReduction(args);
  args.finish();
  return std::make_unique<TverskyLoss>(options);
}

}  // namespace mlabel
