#include "transforms/arguments.hpp"
#include "transforms/geometry.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// Orientationd: axes permuted and flipped to `axcodes`, no voxel is interpolated (monai-core 2.2).
class Orientation final : public Transform {
 public:
  explicit Orientation(const Json& spec) {
    const Args args("Orientationd", spec);
    keys_ = keysOf(args);
    target_ = parseAxisCodes(args.require<std::string>("axcodes"));
    args.finish();
  }

  void apply(Sample& sample, const JobContext& context) const override {
    for (const auto& key : keys_) {
      context.check();
      SampleImage& image = sample.at(key, "Orientationd");
      const AxisDirections current = axisDirections(image.affine);
      OrientOperation operation;
      for (int axis = 0; axis < 3; ++axis) {
        for (int from = 0; from < 3; ++from) {
          if (current[from].world != target_[axis].world) continue;
          operation.from[axis] = from;
          operation.flipped[axis] = current[from].sign != target_[axis].sign;
        }
      }
      orientImage(image, operation);
    }
  }

 private:
  std::vector<std::string> keys_;
  AxisDirections target_;
};

}  // namespace

TransformPointer makeOrientation(const Json& spec) { return std::make_shared<Orientation>(spec); }

}  // namespace mlabel
