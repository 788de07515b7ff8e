#include "transforms/arguments.hpp"
#include "transforms/transform.hpp"
#include "transforms/voxels.hpp"

namespace mlabel {
namespace {

/// ShiftIntensityd: x + `offset`.
class ShiftIntensity {
 public:
  explicit ShiftIntensity(const Args& args) : ShiftIntensity(args.require<double>("offset")) {}
  explicit ShiftIntensity(double offset) : offset_(static_cast<float>(offset)) {}

  void apply(SampleImage& image, const JobContext&) const {
    image.data = mapVoxels(std::move(image.data), [offset = offset_](float x) { return x + offset; });
  }

 private:
  float offset_;
};

/// RandShiftIntensityd: with probability `prob`, one number drawn from the range `offsets` added to all keys.
class RandShiftIntensity final : public Randomized<ShiftIntensity> {
 public:
  explicit RandShiftIntensity(const Args& args)
      : Randomized(args), range_(rangeOf(args, "offsets")), probability_(probabilityOf(args)) {}

 private:
  std::optional<ShiftIntensity> draw(RandomStream& random, const SampleImage&) const override {
    if (random.rand() >= probability_) return std::nullopt;
    return ShiftIntensity(random.inner().uniform(range_.first, range_.second));
  }

  std::pair<double, double> range_;
  double probability_;
};

}  // namespace

TransformPointer makeShiftIntensity(const Args& args) { return std::make_shared<ArrayTransform<ShiftIntensity>>(args); }
TransformPointer makeRandShiftIntensity(const Args& args) { return std::make_shared<RandShiftIntensity>(args); }

}  // namespace mlabel
