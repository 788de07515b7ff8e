#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "transforms/arguments.hpp"
#include "transforms/transform.hpp"
#include "transforms/voxels.hpp"

namespace mlabel {
namespace {

/// AdjustContrastd: ((x − min) / (max − min))^gamma · (max − min) + min; with `invert_image` done to the negative, which is
/// turned back; with `retain_stats` mean and standard deviation are made what they were.
class AdjustContrast {
 public:
  explicit AdjustContrast(const Args& args)
      : AdjustContrast(args.require<double>("gamma"), args.get<bool>("invert_image", false),
                       args.get<bool>("retain_stats", false)) {}

  AdjustContrast(double gamma, bool inverted, bool retained)
      : gamma_(gamma), inverted_(inverted), retained_(retained) {}

  void apply(SampleImage& image, const JobContext&) const {
    if (image.data.numel() == 0) return;
    at::Tensor data = writable(std::move(image.data));
    if (inverted_) data.neg_();
    const at::Tensor mean = retained_ ? data.mean() : at::Tensor(), deviation = retained_ ? data.std() : at::Tensor();
    const auto [lowest, highest] = at::aminmax(memoryRow(data));
    const auto low = lowest.item<float>();
    const float range = highest.item<float>() - low;
    // MONAI's epsilon, added in float32.
    data.sub_(low).div_(range + 1e-7F).pow_(gamma_).mul_(range).add_(low);
    if (retained_) {
      data.sub_(data.mean());
      data.div_(data.std() + 1e-8).mul_(deviation).add_(mean);
    }
    if (inverted_) data.neg_();
    image.data = std::move(data);
  }

 private:
  double gamma_;
  bool inverted_;
  bool retained_;
};

/// `gamma`: a pair, or one number g above 0.5 for (0.5, g).
std::pair<double, double> gammasOf(const Args& args) {
  auto gammas = args.list<double>("gamma", {0.5, 4.5});
  if (gammas.size() == 1 && gammas[0] > 0.5) gammas.insert(gammas.begin(), 0.5);
  if (gammas.size() != 2) args.invalid("gamma", "must be a pair of numbers, or one above 0.5");
  return std::minmax(gammas[0], gammas[1]);
}

/// RandAdjustContrastd: with probability `prob`, the contrast of all keys adjusted with one gamma drawn from its range.
class RandAdjustContrast final : public Randomized<AdjustContrast> {
 public:
  explicit RandAdjustContrast(const Args& args)
      : Randomized(args),
        probability_(probabilityOf(args)),
        gammas_(gammasOf(args)),
        inverted_(args.get<bool>("invert_image", false)),
        retained_(args.get<bool>("retain_stats", false)) {}

 private:
  std::optional<AdjustContrast> draw(RandomStream& random, const SampleImage&) const override {
    if (random.rand() >= probability_) return std::nullopt;
    return AdjustContrast(random.inner().uniform(gammas_.first, gammas_.second), inverted_, retained_);
  }

  double probability_;
  std::pair<double, double> gammas_;
  bool inverted_;
  bool retained_;
};

}  // namespace

TransformPointer makeAdjustContrast(const Args& args) { return std::make_shared<ArrayTransform<AdjustContrast>>(args); }
TransformPointer makeRandAdjustContrast(const Args& args) { return std::make_shared<RandAdjustContrast>(args); }

}  // namespace mlabel
