#include <ATen/ATen.h>

#include <algorithm>

#include "transforms/arguments.hpp"
#include "transforms/geometry.hpp"
#include "transforms/grid.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// RandSpatialCropd: one crop of `roi_size`, or of a size drawn between it and the image's with `random_size`, anywhere in
/// the image; the same one for all keys. An axis shorter than the crop is kept whole.
class RandSpatialCrop final : public RandomTransform {
 public:
  explicit RandSpatialCrop(const Json& spec) {
    const Args args(name, spec);
    keys_ = keysOf(args);
    size_ = sizesOf(args, "roi_size");
    randomSize_ = args.get<bool>("random_size", false);
    args.finish();
  }

  std::vector<Sample> applyRandom(Sample sample, RandomState& state, RandomState&, const JobContext&) const override {
    const Shape3 whole = spatialShape(sample.at(keys_.front(), name).data);
    Shape3 size = fallBack(size_, whole);
    for (int axis = 0; randomSize_ && axis < 3; ++axis) {
      if (size[axis] > whole[axis])
        throw Error(ErrorCode::InvalidInput, std::string(name) + ": roi_size is larger than the image");
      size[axis] = state.randint(size[axis], whole[axis] + 1);
    }
    Shape3 start{};
    for (int axis = 0; axis < 3; ++axis) {
      size[axis] = std::min(size[axis], whole[axis]);
      if (whole[axis] > size[axis]) start[axis] = state.randint(0, whole[axis] - size[axis] + 1);
    }
    for (const auto& key : keys_) {
      SampleImage& image = sample.at(key, name);
      const Shape3 before = spatialShape(image.data);
      Shape3 first, shape;
      for (int axis = 0; axis < 3; ++axis) {
        first[axis] = std::min(start[axis], before[axis]);
        shape[axis] = std::min(size[axis], before[axis] - first[axis]);
      }
      cropPadImage(image, first, shape);
      image.data = image.data.to(at::kFloat);
    }
    return {std::move(sample)};
  }

 private:
  static constexpr const char* name = "RandSpatialCropd";

  std::vector<std::string> keys_;
  Shape3 size_;
  bool randomSize_;
};

}  // namespace

TransformPointer makeRandSpatialCrop(const Json& spec) { return std::make_shared<RandSpatialCrop>(spec); }

}  // namespace mlabel
