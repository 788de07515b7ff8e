#include "transforms/arguments.hpp"
#include "transforms/transform.hpp"
#include "transforms/voxels.hpp"

namespace mlabel {
namespace {

/// RandShiftIntensityd: with probability `prob`, one number drawn from the range `offsets` added to all keys.
class RandShiftIntensity final : public RandomTransform {
 public:
  explicit RandShiftIntensity(const Json& spec) {
    const Args args(name, spec);
    keys_ = keysOf(args);
    std::tie(low_, high_) = rangeOf(args, "offsets");
    probability_ = probabilityOf(args);
    args.finish();
  }

  std::vector<Sample> applyRandom(Sample sample, RandomState& state, RandomState& innerState,
                                  const JobContext&) const override {
    if (state.rand() >= probability_) return {std::move(sample)};
    // MONAI's inner transform decides once more, with probability 1, before it draws.
    innerState.rand();
    const double drawn = innerState.uniform(low_, high_);
    const auto offset = static_cast<float>(drawn);
    for (const auto& key : keys_) {
      at::Tensor& data = sample.at(key, name).data;
      data = mapVoxels(std::move(data), [offset](float x) { return x + offset; });
    }
    return {std::move(sample)};
  }

 private:
  static constexpr const char* name = "RandShiftIntensityd";

  std::vector<std::string> keys_;
  double low_;
  double high_;
  double probability_;
};

}  // namespace

TransformPointer makeRandShiftIntensity(const Json& spec) { return std::make_shared<RandShiftIntensity>(spec); }

}  // namespace mlabel
