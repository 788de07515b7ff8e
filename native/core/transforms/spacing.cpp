#include <cmath>
#include <optional>

#include "transforms/arguments.hpp"
#include "transforms/geometry.hpp"
#include "transforms/grid.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// Millimetres along three axes; a shorter list is continued with its last value.
Vector3 millimetres(const Args& args, const std::string& name, const std::vector<double>& values) {
  if (values.empty() || values.size() > 3) args.invalid(name, "must have one to three numbers");
  Vector3 result;
  for (size_t axis = 0; axis < 3; ++axis) {
    result[axis] = values[std::min(axis, values.size() - 1)];
    if (!std::isfinite(result[axis])) args.invalid(name, "must be finite");
  }
  return result;
}

bool sameSpacing(const Vector3& a, const Vector3& b) {
  for (int axis = 0; axis < 3; ++axis) {
    if (std::abs(a[axis] - b[axis]) > 1e-3 + 1e-5 * std::abs(b[axis])) return false;
  }
  return true;
}

/// Spacingd: resampled to `pixdim` millimetres, float64, clamped at the border (monai-core 2.3).
class Spacing final : public Transform {
 public:
  explicit Spacing(const Args& args) : keys_(args), modes_(modesOf(args, keys_.names().size(), "bilinear")) {
    target_.wanted = millimetres(args, "pixdim", args.list<double>("pixdim"));
    target_.smallest = target_.largest = target_.wanted;
    if (args.has("min_pixdim")) target_.smallest = millimetres(args, "min_pixdim", args.list<double>("min_pixdim"));
    if (args.has("max_pixdim")) target_.largest = millimetres(args, "max_pixdim", args.list<double>("max_pixdim"));
    sameShape_ = args.get<bool>("ensure_same_shape", true);
  }

  void apply(Sample& sample, const JobContext& context) const override {
    // Keys that started on one grid end on one: rounding must not part an image and its label.
    std::optional<Shape3> firstShape;
    Vector3 firstSpacing{};
    Shape3 firstResult{};
    auto mode = modes_.begin();
    keys_.each(sample, context, [&](SampleImage& image) {
      const Shape3 shape = spatialShape(image.data);
      const Vector3 spacing = image.affine.spacing();
      Grid grid = spacedGrid({shape, image.affine}, target_);
      if (!firstShape) {
        firstShape = shape;
        firstSpacing = spacing;
        firstResult = grid.shape;
      } else if (sameShape_ && *firstShape == shape && sameSpacing(firstSpacing, spacing)) {
        grid.shape = firstResult;
      }
      resampleImage(image, grid.shape, grid.affine, *mode++, context);
    });
  }

 private:
  Keys keys_;
  std::vector<Interpolation> modes_;
  SpacingTarget target_;
  bool sameShape_ = true;
};

}  // namespace

TransformPointer makeSpacing(const Args& args) { return std::make_shared<Spacing>(args); }

}  // namespace mlabel
