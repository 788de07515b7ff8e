#include "transforms/arguments.hpp"
#include "transforms/geometry.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// torch.rot90(k) in the plane of `axes`: from the first towards the second.
OrientOperation quarterTurns(int64_t k, const std::array<int, 2>& axes) {
  const auto [first, second] = axes;
  OrientOperation operation;
  if (k % 2 == 1) std::swap(operation.from[first], operation.from[second]);
  operation.flipped[first] = k == 1 || k == 2;
  operation.flipped[second] = k == 2 || k == 3;
  return operation;
}

/// RandRotate90d: with probability `prob`, all keys turned by one to `max_k` quarters in the plane of `spatial_axes`.
/// The number of quarters is drawn first, and always.
class RandRotate90 final : public RandomTransform {
 public:
  explicit RandRotate90(const Json& spec) {
    const Args args(name, spec);
    keys_ = keysOf(args);
    probability_ = probabilityOf(args);
    largest_ = args.get<int64_t>("max_k", 3);
    const auto axes = args.list<int64_t>("spatial_axes", {0, 1});
    args.finish();
    if (largest_ < 1) args.invalid("max_k", "must be positive");
    if (axes.size() != 2) args.invalid("spatial_axes", "must be two axes");
    for (size_t i = 0; i < 2; ++i) {
      if (axes[i] < -3 || axes[i] > 2) args.invalid("spatial_axes", "must lie between 0 and 2");
      axes_[i] = static_cast<int>(axes[i] < 0 ? axes[i] + 3 : axes[i]);
    }
    if (axes_[0] == axes_[1]) args.invalid("spatial_axes", "must differ");
  }

  std::vector<Sample> applyRandom(Sample sample, RandomState& state, RandomState&, const JobContext&) const override {
    const int64_t quarters = state.randint(0, largest_) + 1;
    const bool turns = state.rand() < probability_;
    for (const auto& key : keys_) {
      SampleImage& image = sample.at(key, name);
      if (turns) orientImage(image, quarterTurns(quarters % 4, axes_));
    }
    return {std::move(sample)};
  }

 private:
  static constexpr const char* name = "RandRotate90d";

  std::vector<std::string> keys_;
  double probability_;
  int64_t largest_;
  std::array<int, 2> axes_{0, 1};
};

}  // namespace

TransformPointer makeRandRotate90(const Json& spec) { return std::make_shared<RandRotate90>(spec); }

}  // namespace mlabel
