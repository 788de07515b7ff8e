#include "transforms/arguments.hpp"
#include "transforms/geometry.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// RandFlipd: with probability `prob`, all keys flipped along `spatial_axis` (one, several; all three when absent).
class RandFlip final : public RandomTransform {
 public:
  explicit RandFlip(const Json& spec) {
    const Args args(name, spec);
    keys_ = keysOf(args);
    probability_ = probabilityOf(args);
    for (const int64_t axis : args.list<int64_t>("spatial_axis", {0, 1, 2})) {
      if (axis < -3 || axis > 2) args.invalid("spatial_axis", "must lie between 0 and 2");
      operation_.flipped[static_cast<size_t>(axis < 0 ? axis + 3 : axis)] = true;
    }
    args.finish();
  }

  std::vector<Sample> applyRandom(Sample sample, RandomState& state, RandomState&, const JobContext&) const override {
    const bool flips = state.rand() < probability_;
    for (const auto& key : keys_) {
      SampleImage& image = sample.at(key, name);
      if (flips) orientImage(image, operation_);
    }
    return {std::move(sample)};
  }

 private:
  static constexpr const char* name = "RandFlipd";

  std::vector<std::string> keys_;
  double probability_;
  OrientOperation operation_;
};

}  // namespace

TransformPointer makeRandFlip(const Json& spec) { return std::make_shared<RandFlip>(spec); }

}  // namespace mlabel
