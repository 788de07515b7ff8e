#include <algorithm>
#include <limits>
#include <optional>

#include "transforms/transform.hpp"
#include "transforms/voxels.hpp"

namespace mlabel {
namespace {

/// ScaleIntensityRanged: (x − a_min) / (a_max − a_min) · (b_max − b_min) + b_min, clamped to [b_min, b_max] with `clip`.
class ScaleIntensityRange {
 public:
  explicit ScaleIntensityRange(const Args& args) {
    aMin_ = args.require<double>("a_min");
    aMax_ = args.require<double>("a_max");
    if (args.has("b_min")) bMin_ = args.require<double>("b_min");
    if (args.has("b_max")) bMax_ = args.require<double>("b_max");
    clip_ = args.get<bool>("clip", false);
    if (clip_ && !bMin_ && !bMax_) args.invalid("clip", "needs b_min or b_max");
  }

  void apply(SampleImage& image, const JobContext&) const {
    const auto start = static_cast<float>(aMin_);
    const auto low = static_cast<float>(bMin_.value_or(-std::numeric_limits<double>::infinity()));
    const auto high = static_cast<float>(bMax_.value_or(std::numeric_limits<double>::infinity()));
    const bool degenerate = aMax_ - aMin_ == 0.0;
    const auto width = static_cast<float>(degenerate ? 1.0 : aMax_ - aMin_);
    const bool both = bMin_ && bMax_;
    const auto scale = static_cast<float>(both && !degenerate ? *bMax_ - *bMin_ : 1.0);
    const auto shift = static_cast<float>(both || (degenerate && bMin_) ? *bMin_ : 0.0);
    // MONAI returns before clipping when a_min equals a_max.
    const bool clip = clip_ && !degenerate;

    image.data = mapVoxels(std::move(image.data), [=](float x) {
      const float y = (x - start) / width * scale + shift;
      return clip ? std::min(std::max(y, low), high) : y;
    });
  }

 private:
  double aMin_;
  double aMax_;
  std::optional<double> bMin_;
  std::optional<double> bMax_;
  bool clip_;
};

}  // namespace

TransformPointer makeScaleIntensityRange(const Args& args) {
  return std::make_shared<ArrayTransform<ScaleIntensityRange>>(args);
}

}  // namespace mlabel
