#include <ATen/ATen.h>

#include "transforms/arguments.hpp"
#include "transforms/transform.hpp"
#include "transforms/voxels.hpp"

namespace mlabel {
namespace {

/// ScaleIntensityd: the smallest and the largest voxel over all channels become minv and maxv; a constant image becomes
/// x · minv, as in MONAI. Or, with `factor`, x · (1 + factor): MONAI has minv and maxv at null then, here they must not
/// be given.
class ScaleIntensity {
 public:
  explicit ScaleIntensity(const Args& args) {
    if (args.has("factor")) factor_ = args.require<double>("factor");
    if (factor_ && (args.has("minv") || args.has("maxv"))) args.invalid("factor", "cannot be combined with minv, maxv");
    minimum_ = args.get<double>("minv", 0.0);
    maximum_ = args.get<double>("maxv", 1.0);
  }

  explicit ScaleIntensity(double factor) : factor_(factor) {}

  void apply(SampleImage& image, const JobContext&) const {
    if (factor_) {
      const auto factor = static_cast<float>(1 + *factor_);
      image.data = mapVoxels(std::move(image.data), [factor](float x) { return x * factor; });
    } else if (image.data.numel() > 0) {
      image.data = rescaled(std::move(image.data));
    }
  }

 private:
  at::Tensor rescaled(at::Tensor data) const {
    const auto scale = static_cast<float>(maximum_ - minimum_);
    const auto shift = static_cast<float>(minimum_);
    data = writable(std::move(data));
    const auto [lowest, highest] = at::aminmax(memoryRow(data));
    const auto low = lowest.item<float>();
    const auto width = highest.item<float>() - low;
    return mapVoxels(std::move(data),
                     [=](float x) { return width == 0 ? x * shift : (x - low) / width * scale + shift; });
  }

  std::optional<double> factor_;
  double minimum_ = 0;
  double maximum_ = 1;
};

/// RandScaleIntensityd: with probability `prob`, all keys multiplied by 1 + a number drawn from the range `factors`.
class RandScaleIntensity final : public Randomized<ScaleIntensity> {
 public:
  explicit RandScaleIntensity(const Args& args)
      : Randomized(args), range_(rangeOf(args, "factors")), probability_(probabilityOf(args)) {}

 private:
  std::optional<ScaleIntensity> draw(RandomStream& random, const SampleImage&) const override {
    if (random.rand() >= probability_) return std::nullopt;
    return ScaleIntensity(random.inner().uniform(range_.first, range_.second));
  }

  std::pair<double, double> range_;
  double probability_;
};

}  // namespace

TransformPointer makeScaleIntensity(const Args& args) { return std::make_shared<ArrayTransform<ScaleIntensity>>(args); }
TransformPointer makeRandScaleIntensity(const Args& args) { return std::make_shared<RandScaleIntensity>(args); }

}  // namespace mlabel
