#include "transforms/geometry.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// Orientationd: axes permuted and flipped to `axcodes`, no voxel is interpolated (monai-core 2.2).
class Orientation {
 public:
  explicit Orientation(const Args& args) { target_ = parseAxisCodes(args.require<std::string>("axcodes")); }

  void apply(SampleImage& image, const JobContext&) const {
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

 private:
  AxisDirections target_;
};

}  // namespace

TransformPointer makeOrientation(const Args& args) { return std::make_shared<ArrayTransform<Orientation>>(args); }

}  // namespace mlabel
