#include <algorithm>

#include "transforms/arguments.hpp"
#include "transforms/geometry.hpp"
#include "transforms/grid.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// SpatialPadd: zeros around the image up to `spatial_size`; the smaller half comes first. Nothing is cut off.
class SpatialPad final : public Transform {
 public:
  explicit SpatialPad(const Json& spec) {
    const Args args("SpatialPadd", spec);
    keys_ = keysOf(args);
    size_ = sizesOf(args, "spatial_size");
    args.finish();
  }

  void apply(Sample& sample, const JobContext& context) const override {
    for (const auto& key : keys_) {
      context.check();
      SampleImage& image = sample.at(key, "SpatialPadd");
      const Shape3 before = spatialShape(image.data);
      Shape3 start;
      Shape3 shape;
      for (int axis = 0; axis < 3; ++axis) {
        shape[axis] = std::max(size_[axis], before[axis]);
        start[axis] = -((shape[axis] - before[axis]) / 2);
      }
      cropPadImage(image, start, shape);
    }
  }

 private:
  std::vector<std::string> keys_;
  Shape3 size_;
};

}  // namespace

TransformPointer makeSpatialPad(const Json& spec) { return std::make_shared<SpatialPad>(spec); }

}  // namespace mlabel
