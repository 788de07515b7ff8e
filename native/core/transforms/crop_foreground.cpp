#include <ATen/ATen.h>

#include <algorithm>

#include "transforms/arguments.hpp"
#include "transforms/geometry.hpp"
#include "transforms/grid.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// CropForegroundd: the box where any channel of `source_key` is above 0, with `margin` voxels around it, sizes rounded up
/// to multiples of `k_divisible`; what lies outside the image is filled with 0, unless `allow_smaller` clamps the box first.
/// Without foreground the box is empty, as in MONAI.
class CropForeground final : public Transform {
 public:
  explicit CropForeground(const Args& args) : keys_(args) {
    sourceKey_ = args.require<std::string>("source_key");
    margin_ = sizesOf(args, "margin", 0);
    divisor_ = sizesOf(args, "k_divisible", 1);
    allowSmaller_ = args.get<bool>("allow_smaller", false);
    for (int axis = 0; axis < 3; ++axis) {
      if (margin_[axis] < 0) args.invalid("margin", "must not be negative");
      if (divisor_[axis] < 1) args.invalid("k_divisible", "must be positive");
    }
  }

  void apply(Sample& sample, const JobContext& context) const override {
    const Box crop = box(sample.at(sourceKey_, "CropForegroundd").data);
    keys_.each(sample, context, [&](SampleImage& image) { cropPadImage(image, crop.start, crop.shape); });
  }

 private:
  struct Box {
    Shape3 start{};
    Shape3 shape{};
  };

  Box box(const at::Tensor& data) const {
    const auto mask = data.gt(0).any(0);
    const Shape3 size = spatialShape(data);
    Box result;
    auto& [start, shape] = result;
    for (int axis = 0; axis < 3; ++axis) {
      const auto occupied = at::nonzero(mask.movedim(axis, 0).flatten(1).any(1)).flatten();
      if (occupied.numel() == 0) return {};
      int64_t first = occupied[0].item<int64_t>() - margin_[axis];
      int64_t last = occupied[-1].item<int64_t>() + margin_[axis] + 1;
      if (allowSmaller_) {
        first = std::max<int64_t>(first, 0);
        last = std::min(last, size[axis]);
      }
      const int64_t k = divisor_[axis];
      shape[axis] = (last - first + k - 1) / k * k;
      start[axis] = first - (shape[axis] - (last - first)) / 2;
    }
    return result;
  }

  Keys keys_;
  std::string sourceKey_;
  Shape3 margin_;
  Shape3 divisor_;
  bool allowSmaller_;
};

}  // namespace

TransformPointer makeCropForeground(const Args& args) { return std::make_shared<CropForeground>(args); }

}  // namespace mlabel
