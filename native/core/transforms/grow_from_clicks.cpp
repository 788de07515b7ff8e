// Region growing from clicks: the class of each voxel is the class of the click that is nearest along the tissue.
#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <queue>

#include "transforms/grid.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// Voxels that a front takes between two looks at the stop flag.
constexpr int64_t pollEvery = 1 << 16;

struct Seed {
  int64_t voxel = 0;
  float intensity = 0;
};

/// Geodesic distances on a grid [I, J, K], k fastest: millimetres, longer where the tissue is unlike that of the click
/// the path came from. Toivanen, "New geodesic distance transforms for gray-scale images" (1996), with Dijkstra's fronts.
class Geodesic {
 public:
  Geodesic(const at::Tensor& intensities, Vector3 spacing, double tolerance)
      : intensities_(intensities.const_data_ptr<float>()),
        shape_{intensities.size(0), intensities.size(1), intensities.size(2)},
        stride_{shape_[1] * shape_[2], shape_[2], 1},
        spacing_(spacing),
        tolerance_(static_cast<float>(tolerance)) {}

  /// Distance of each voxel to the nearest seed; `reach` where it is farther.
  at::Tensor from(const std::vector<Seed>& seeds, float reach, const JobContext& context) const {
    at::Tensor distances = at::full({shape_[0], shape_[1], shape_[2]}, reach, at::kFloat);
    float* distance = distances.mutable_data_ptr<float>();
    std::priority_queue<Front, std::vector<Front>, std::greater<>> fronts;
    for (size_t seed = 0; seed < seeds.size(); ++seed) {
      distance[seeds[seed].voxel] = 0;
      fronts.push({0, seeds[seed].voxel, seed});
    }
    for (int64_t taken = 1; !fronts.empty(); ++taken) {
      if (taken % pollEvery == 0) context.check();
      const Front front = fronts.top();
      fronts.pop();
      if (front.distance > distance[front.voxel]) continue;
      for (int axis = 0; axis < 3; ++axis) {
        const int64_t place = front.voxel / stride_[axis] % shape_[axis];
        for (const int step : {-1, 1}) {
          if (place + step < 0 || place + step >= shape_[axis]) continue;
          const int64_t next = front.voxel + step * stride_[axis];
          const float unlike = (intensities_[next] - seeds[front.seed].intensity) / tolerance_;
          const float reached = front.distance + static_cast<float>(spacing_[axis]) * (1 + unlike * unlike);
          if (!(reached < distance[next])) continue;
          distance[next] = reached;
          fronts.push({reached, next, front.seed});
        }
      }
    }
    return distances;
  }

 private:
  struct Front {
    float distance;
    int64_t voxel;
    size_t seed;
    bool operator>(const Front& other) const { return distance > other.distance; }
  };

  const float* intensities_;
  Shape3 shape_;
  Shape3 stride_;
  Vector3 spacing_;
  float tolerance_;
};

/// GrowFromClicksd (not in MONAI): reads the image of `keys` and the clicks that lie on it, writes scores [classes, I, J, K]
/// under `output_key`: less the geodesic distance to the nearest click of the class. Arg-max over them is the label;
/// the background begins where no click reaches. `tolerance`: the difference in intensity that doubles a distance.
/// `reach`: millimetres. Needs at least one click.
class GrowFromClicks final : public Transform {
 public:
  explicit GrowFromClicks(const Args& args) : keys_(args) {
    output_ = args.get<std::string>("output_key", "pred");
    classes_ = args.require<int64_t>("classes");
    tolerance_ = args.require<double>("tolerance");
    reach_ = args.require<double>("reach");
    if (classes_ < 2) args.invalid("classes", "must be at least 2, background included");
    if (!(tolerance_ > 0)) args.invalid("tolerance", "must be above 0");
    if (!(reach_ > 0)) args.invalid("reach", "must be above 0");
  }

  bool readsRequest() const override { return true; }

  void apply(Sample& sample, const JobContext& context) const override {
    const SampleImage& image = keys_.first(sample);
    const auto* clicks = image.value<Points>("clicks");
    if (clicks == nullptr || clicks->empty()) throw Error(ErrorCode::InvalidInput, "there is no click to grow from");
    const at::Tensor padded = at::pad(image.data.narrow(0, 0, 1).unsqueeze(0), {1, 1, 1, 1, 1, 1}, "replicate");
    const at::Tensor smooth = at::avg_pool3d(padded, 3, 1)[0][0].contiguous();
    std::vector<std::vector<Seed>> seeds(static_cast<size_t>(classes_));
    for (const Click& click : *clicks) seedsOf(click, seeds).push_back(seed(click, smooth));

    const Geodesic geodesic(smooth, image.affine.spacing(), tolerance_);
    const auto reach = static_cast<float>(reach_);
    at::Tensor scores = at::empty({classes_, smooth.size(0), smooth.size(1), smooth.size(2)}, at::kFloat);
    for (int64_t label = 0; label < classes_; ++label) {
      // A tie goes to the first class, so what nothing reaches is background.
      scores[label].copy_(geodesic.from(seeds[static_cast<size_t>(label)], reach, context).neg_());
    }
    sample.images[output_] = {std::move(scores), image.affine, image.trace, image.source};
  }

 private:
  static std::vector<Seed>& seedsOf(const Click& click, std::vector<std::vector<Seed>>& seeds) {
    if (click.label >= 0 && click.label < static_cast<int64_t>(seeds.size()))
      return seeds[static_cast<size_t>(click.label)];
    throw Error(ErrorCode::InvalidInput, "a click has the class " + std::to_string(click.label) + "; there are " +
                                             std::to_string(seeds.size()) + " with the background");
  }

  /// The voxel nearest to the click, at the border where it lies outside.
  static Seed seed(const Click& click, const at::Tensor& intensities) {
    int64_t voxel = 0;
    for (int axis = 0; axis < 3; ++axis) {
      const int64_t index = std::clamp<int64_t>(std::llround(click.index[axis]), 0, intensities.size(axis) - 1);
      voxel = voxel * intensities.size(axis) + index;
    }
    return {voxel, intensities.const_data_ptr<float>()[voxel]};
  }

  Keys keys_;
  std::string output_;
  int64_t classes_;
  double tolerance_, reach_;
};

}  // namespace

TransformPointer makeGrowFromClicks(const Args& args) { return std::make_shared<GrowFromClicks>(args); }

}  // namespace mlabel
