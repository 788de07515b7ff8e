#include "transforms/arguments.hpp"
#include "transforms/transform.hpp"
#include "transforms/voxels.hpp"

namespace mlabel {
namespace {

/// RandScaleIntensityd: with probability `prob`, all keys multiplied by 1 + a number drawn from the range `factors`.
class RandScaleIntensity final : public RandomTransform {
 public:
  explicit RandScaleIntensity(const Json& spec) {
    const Args args(name, spec);
    keys_ = keysOf(args);
    std::tie(low_, high_) = rangeOf(args, "factors");
    probability_ = probabilityOf(args);
    args.finish();
  }

  std::vector<Sample> applyRandom(Sample sample, RandomState& state, RandomState& innerState,
                                  const JobContext&) const override {
    if (state.rand() >= probability_) return {std::move(sample)};
    // MONAI's inner transform decides once more, with probability 1, before it draws.
    innerState.rand();
    const double drawn = innerState.uniform(low_, high_);
    const auto factor = static_cast<float>(1 + drawn);
    for (const auto& key : keys_) {
      at::Tensor& data = sample.at(key, name).data;
      data = mapVoxels(std::move(data), [factor](float x) { return x * factor; });
    }
    return {std::move(sample)};
  }

 private:
  static constexpr const char* name = "RandScaleIntensityd";

  std::vector<std::string> keys_;
  double low_;
  double high_;
  double probability_;
};

}  // namespace

TransformPointer makeRandScaleIntensity(const Json& spec) { return std::make_shared<RandScaleIntensity>(spec); }

}  // namespace mlabel
