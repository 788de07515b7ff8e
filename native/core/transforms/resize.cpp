#include "transforms/arguments.hpp"
#include "transforms/geometry.hpp"
#include "transforms/grid.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// Resized: `spatial_size` voxels over the same extent; a component ≤ 0 keeps the image's. `mode`, for all keys or one
/// each, is "trilinear" (align_corners=False) or "nearest", and must be given: MONAI's default, "area", is not supported.
class Resize final : public Transform {
 public:
  explicit Resize(const Args& args) : keys_(args), size_(sizesOf(args, "spatial_size")) {
    if (!args.has("mode")) args.invalid("mode", "is missing: MONAI's default, area, is not supported");
    modes_ = modesOf(args, keys_.names().size(), "trilinear");
  }

  void apply(Sample& sample, const JobContext& context) const override {
    auto mode = modes_.begin();
    keys_.each(sample, context, [&](SampleImage& image) {
      resizeImage(image, fallBack(size_, spatialShape(image.data)), *mode++, context);
    });
  }

 private:
  Keys keys_;
  Shape3 size_;
  std::vector<Interpolation> modes_;
};

}  // namespace

TransformPointer makeResize(const Args& args) { return std::make_shared<Resize>(args); }

}  // namespace mlabel
