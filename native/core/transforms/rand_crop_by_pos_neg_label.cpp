#include <ATen/ATen.h>

#include <algorithm>

#include "transforms/arguments.hpp"
#include "transforms/geometry.hpp"
#include "transforms/grid.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// The voxels of a mask [I, J, K] in C order, found without a list of all their indices: a volume has tens of millions.
class VoxelSet {
 public:
  explicit VoxelSet(at::Tensor mask) : mask_(std::move(mask)), inSlice_(mask_.flatten(1).sum(1)) {
    count_ = inSlice_.sum().item<int64_t>();
  }

  int64_t count() const { return count_; }

  /// Index of voxel number `n`, 0 ≤ n < count().
  Shape3 at(int64_t n) const {
    const int64_t* counts = inSlice_.const_data_ptr<int64_t>();
    int64_t slice = 0;
    for (; n >= counts[slice]; ++slice) n -= counts[slice];
    const auto index = at::nonzero(mask_.select(0, slice))[n];
    return {slice, index[0].item<int64_t>(), index[1].item<int64_t>()};
  }

 private:
  at::Tensor mask_;
  at::Tensor inSlice_;
  int64_t count_;
};

/// RandCropByPosNegLabeld: `num_samples` crops of `spatial_size`, each around a voxel of the label with probability
/// pos / (pos + neg), around one outside it otherwise (with `image_key`: outside it where the image is above
/// `image_threshold`); centres are moved so that the crop lies in the image (monai-core 2.6).
class RandCropByPosNegLabel final : public RandomTransform {
 public:
  explicit RandCropByPosNegLabel(const Args& args) : keys_(args) {
    labelKey_ = args.require<std::string>("label_key");
    size_ = sizesOf(args, "spatial_size");
    const auto positive = args.get<double>("pos", 1.0);
    const auto negative = args.get<double>("neg", 1.0);
    samples_ = args.get<int64_t>("num_samples", 1);
    imageKey_ = args.get<std::string>("image_key", "");
    threshold_ = args.get<double>("image_threshold", 0.0);
    allowSmaller_ = args.get<bool>("allow_smaller", false);
    if (!(positive >= 0 && negative >= 0 && positive + negative > 0))
      args.invalid("pos", "and neg must not be negative, nor both 0");
    if (samples_ < 1 || samples_ > 1000) args.invalid("num_samples", "must lie between 1 and 1000");
    share_ = positive / (positive + negative);
  }

  std::vector<Sample> applyRandom(Sample sample, RandomStream& random, const JobContext& context) const override {
    const auto centers = drawCenters(sample, random);
    std::vector<Sample> crops;
    for (const Shape3& center : centers) {
      Sample crop = sample;
      keys_.each(crop, context, [&](SampleImage& image) {
        const Shape3 before = spatialShape(image.data);
        const Shape3 size = fallBack(size_, before);
        Shape3 start, shape;
        for (int axis = 0; axis < 3; ++axis) {
          start[axis] = std::min(std::max<int64_t>(center[axis] - size[axis] / 2, 0), before[axis]);
          shape[axis] = std::min(size[axis], before[axis] - start[axis]);
        }
        cropPadImage(image, start, shape);
        image.data = image.data.to(at::kFloat);
      });
      crops.push_back(std::move(crop));
    }
    return crops;
  }

 private:
  static constexpr const char* name = "RandCropByPosNegLabeld";

  std::vector<Shape3> drawCenters(Sample& sample, RandomState& random) const {
    at::Tensor label = sample.at(labelKey_, name).data;
    if (label.size(0) > 1) label = label.narrow(0, 1, label.size(0) - 1);  // one-hot: the first channel is background
    const auto inside = label.ne(0).any(0);
    auto outside = inside.logical_not();
    if (!imageKey_.empty()) outside = outside.logical_and(sample.at(imageKey_, name).data.gt(threshold_).any(0));
    const VoxelSet foreground(inside);
    const VoxelSet background(outside);
    if (foreground.count() + background.count() == 0)
      throw Error(ErrorCode::InvalidInput, std::string(name) + ": no voxel to crop around");
    double share = share_;
    if (foreground.count() == 0) share = 0;
    if (background.count() == 0) share = 1;

    const Shape3 shape = spatialShape(label);
    std::vector<Shape3> centers;
    for (int64_t i = 0; i < samples_; ++i) {
      const VoxelSet& voxels = random.rand() < share ? foreground : background;
      centers.push_back(moved(voxels.at(random.randint(0, voxels.count())), shape));
    }
    return centers;
  }

  /// monai.transforms.utils.correct_crop_centers.
  Shape3 moved(const Shape3& center, const Shape3& shape) const {
    Shape3 size = fallBack(size_, shape);
    Shape3 result;
    for (int axis = 0; axis < 3; ++axis) {
      if (size[axis] > shape[axis]) {
        if (!allowSmaller_) {
          throw Error(ErrorCode::InvalidInput, std::string(name) + ": the image has " + std::to_string(shape[axis]) +
                                                   " voxels along an axis, the crop " + std::to_string(size[axis]));
        }
        size[axis] = shape[axis];
      }
      const int64_t first = size[axis] / 2;
      const auto end =
          static_cast<int64_t>(static_cast<double>(shape[axis] + 1) - static_cast<double>(size[axis]) / 2.0);
      result[axis] = std::min(std::max(center[axis], first), std::max(end, first + 1) - 1);
    }
    return result;
  }

  Keys keys_;
  std::string labelKey_;
  std::string imageKey_;
  Shape3 size_;
  double share_;
  int64_t samples_;
  double threshold_;
  bool allowSmaller_;
};

}  // namespace

TransformPointer makeRandCropByPosNegLabel(const Args& args) { return std::make_shared<RandCropByPosNegLabel>(args); }

}  // namespace mlabel
