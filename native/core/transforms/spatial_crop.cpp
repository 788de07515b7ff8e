#include <algorithm>

#include "transforms/arguments.hpp"
#include "transforms/geometry.hpp"
#include "transforms/grid.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// `size` voxels from `start` on, as far as the image reaches: MONAI's Crop with slices.
void cropWithin(SampleImage& image, const Shape3& start, const Shape3& size) {
  const Shape3 before = spatialShape(image.data);
  Shape3 first, shape;
  for (int axis = 0; axis < 3; ++axis) {
    first[axis] = std::clamp<int64_t>(start[axis], 0, before[axis]);
    shape[axis] = std::clamp<int64_t>(size[axis], 0, before[axis] - first[axis]);
  }
  cropPadImage(image, first, shape);
}

/// Where MONAI begins a crop of `size` around `center`: it is not moved at the far end, but cut.
Shape3 startAround(const Shape3& center, const Shape3& size) {
  Shape3 start;
  for (int axis = 0; axis < 3; ++axis) start[axis] = std::max<int64_t>(center[axis] - size[axis] / 2, 0);
  return start;
}

/// SpatialCropd: the box of `roi_size` around `roi_center`, or, unless both are given, from `roi_start` to before
/// `roi_end`; what of it lies in the image.
class SpatialCrop {
 public:
  explicit SpatialCrop(const Args& args) {
    const bool center = args.has("roi_center"), size = args.has("roi_size");
    const bool start = args.has("roi_start"), end = args.has("roi_end");
    const bool centered = center && size;
    if (!centered && !(start && end))
      args.invalid("roi_center", "and roi_size, or roi_start and roi_end, must be given");
    if (centered) {
      size_ = sizesOf(args, "roi_size");
      start_ = startAround(threeOf(args, "roi_center"), size_);
    } else {
      start_ = threeOf(args, "roi_start");
      const Shape3 behind = sizesOf(args, "roi_end");
      for (int axis = 0; axis < 3; ++axis) {
        start_[axis] = std::max<int64_t>(start_[axis], 0);
        size_[axis] = behind[axis] - start_[axis];
      }
    }
    for (const int64_t voxels : size_) {
      if (voxels < 1) args.invalid(centered ? "roi_size" : "roi_end", "leaves no voxel along an axis");
    }
  }

  SpatialCrop(const Shape3& start, const Shape3& size) : start_(start), size_(size) {}

  void apply(SampleImage& image, const JobContext&) const { cropWithin(image, start_, size_); }

 private:
  /// MONAI crops the first axis alone where a single number is given; that is hardly ever meant.
  static Shape3 threeOf(const Args& args, const std::string& name) {
    if (args.list<int64_t>(name).size() != 3) args.invalid(name, "must be three numbers");
    return sizesOf(args, name);
  }

  Shape3 start_{};
  Shape3 size_{};
};

/// CenterSpatialCropd: `roi_size` voxels about the middle; a component ≤ 0, or above the image's size, keeps the axis.
class CenterSpatialCrop {
 public:
  explicit CenterSpatialCrop(const Args& args) : size_(sizesOf(args, "roi_size")) {}

  void apply(SampleImage& image, const JobContext&) const {
    const Shape3 whole = spatialShape(image.data);
    const Shape3 size = fallBack(size_, whole);
    cropWithin(image, startAround({whole[0] / 2, whole[1] / 2, whole[2] / 2}, size), size);
  }

 private:
  Shape3 size_;
};

/// RandSpatialCropd: one crop of `roi_size`, or of a size drawn between it and the image's with `random_size`, anywhere in
/// the image; the same one for all keys. An axis shorter than the crop is kept whole.
class RandSpatialCrop final : public Randomized<SpatialCrop> {
 public:
  explicit RandSpatialCrop(const Args& args)
      : Randomized(args), size_(sizesOf(args, "roi_size")), randomSize_(args.get<bool>("random_size", false)) {}

 private:
  std::optional<SpatialCrop> draw(RandomStream& random, const SampleImage& first) const override {
    const Shape3 whole = spatialShape(first.data);
    Shape3 size = fallBack(size_, whole);
    for (int axis = 0; randomSize_ && axis < 3; ++axis) {
      if (size[axis] > whole[axis])
        throw Error(ErrorCode::InvalidInput, "RandSpatialCropd: roi_size is larger than the image");
      size[axis] = random.randint(size[axis], whole[axis] + 1);
    }
    Shape3 start{};
    for (int axis = 0; axis < 3; ++axis) {
      size[axis] = std::min(size[axis], whole[axis]);
      if (whole[axis] > size[axis]) start[axis] = random.randint(0, whole[axis] - size[axis] + 1);
    }
    return SpatialCrop(start, size);
  }

  Shape3 size_;
  bool randomSize_;
};

}  // namespace

TransformPointer makeSpatialCrop(const Args& args) { return std::make_shared<ArrayTransform<SpatialCrop>>(args); }
TransformPointer makeCenterSpatialCrop(const Args& args) {
  return std::make_shared<ArrayTransform<CenterSpatialCrop>>(args);
}
TransformPointer makeRandSpatialCrop(const Args& args) { return std::make_shared<RandSpatialCrop>(args); }

}  // namespace mlabel
