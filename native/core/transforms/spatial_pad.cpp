#include <algorithm>

#include "transforms/arguments.hpp"
#include "transforms/geometry.hpp"
#include "transforms/grid.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// SpatialPadd: zeros around the image up to `spatial_size`; the smaller half comes first. Nothing is cut off.
class SpatialPad {
 public:
  explicit SpatialPad(const Args& args) : size_(sizesOf(args, "spatial_size")) {}

  void apply(SampleImage& image, const JobContext&) const {
    const Shape3 before = spatialShape(image.data);
    Shape3 start;
    Shape3 shape;
    for (int axis = 0; axis < 3; ++axis) {
      shape[axis] = std::max(size_[axis], before[axis]);
      start[axis] = -((shape[axis] - before[axis]) / 2);
    }
    cropPadImage(image, start, shape);
  }

 private:
  Shape3 size_;
};

}  // namespace

TransformPointer makeSpatialPad(const Args& args) { return std::make_shared<ArrayTransform<SpatialPad>>(args); }

}  // namespace mlabel
