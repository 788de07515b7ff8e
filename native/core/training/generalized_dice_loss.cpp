// monai.losses.GeneralizedDiceLoss: one Dice over all classes, each weighted by the volume that the target gives it.
#include <ATen/ATen.h>

#include "training/loss.hpp"
#include "training/loss_inputs.hpp"

namespace mlabel {
namespace {

/// Of a class from its volume: 1 / volume², 1 / volume, 1.
enum class VolumeWeight { Square, Simple, Uniform };

struct GeneralizedDiceOptions {
  LossInputOptions inputs;
  VolumeWeight weight = VolumeWeight::Square;
  bool batch = false;
  bool softLabel = false;
  double smoothNr = 1e-5;
  double smoothDr = 1e-5;
  LossReduction reduction = LossReduction::Mean;
};

class GeneralizedDiceLoss : public Loss {
 public:
  explicit GeneralizedDiceLoss(GeneralizedDiceOptions options) : options_(options) {}

  at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const override {
    const LossInputs inputs = prepareLossInputs("GeneralizedDiceLoss", options_.inputs, logits, target);
    const std::vector<int64_t> axes = summedAxes(logits.dim(), options_.batch);
    const auto [both, onlyPredicted, onlyWanted] = overlap(inputs, axes, 1, options_.softLabel);
    const at::Tensor sums = 2 * (both + onlyPredicted * 0.5 + onlyWanted * 0.5);
    const at::Tensor weights = weightsOfVolumes(inputs.target.sum(axes));
    const int64_t classAxis = options_.batch ? 0 : 1;
    const at::Tensor numerator = 2 * (both * weights).sum(classAxis, /*keepdim=*/true) + options_.smoothNr;
    const at::Tensor denominator = (sums * weights).sum(classAxis, /*keepdim=*/true) + options_.smoothDr;
    return reduceLoss(1 - numerator / denominator, options_.reduction);
  }

 private:
  /// A class that is not there gets the largest weight of those that are.
  at::Tensor weightsOfVolumes(const at::Tensor& volumes) const {
    if (options_.weight == VolumeWeight::Uniform) return at::ones_like(volumes);
    const at::Tensor weights = (options_.weight == VolumeWeight::Square ? volumes * volumes : volumes).reciprocal();
    const at::Tensor absent = weights.isinf();
    const at::Tensor finite = weights.masked_fill(absent, 0);
    return finite + absent * (options_.batch ? finite.max() : finite.amax(1, /*keepdim=*/true));
  }

  GeneralizedDiceOptions options_;
};

}  // namespace

std::unique_ptr<Loss> makeGeneralizedDiceLoss(const Json& spec) {
  const Args args("GeneralizedDiceLoss", spec);
  GeneralizedDiceOptions options;
  options.inputs = readLossInputs(args);
  const std::string weight = args.choice("w_type", {"square", "simple", "uniform"}, "square");
  if (weight == "simple") options.weight = VolumeWeight::Simple;
  if (weight == "uniform") options.weight = VolumeWeight::Uniform;
  options.batch = args.get("batch", options.batch);
  options.softLabel = args.get("soft_label", options.softLabel);
  options.smoothNr = args.get("smooth_nr", options.smoothNr);
  options.smoothDr = args.get("smooth_dr", options.smoothDr);
  options.reduction = readReduction(args);
  args.finish();
  return std::make_unique<GeneralizedDiceLoss>(options);
}

}  // namespace mlabel
