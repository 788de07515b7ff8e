#include "inferers/oblique_argmax.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "inferers/window_bands.hpp"

namespace mlabel {
namespace {

/// The eight voxels around a sample, as distances from the first voxel of the logits, and their shares.
struct Neighbours {
  int64_t count = 0;
  std::array<int64_t, 8> offset{};
  std::array<double, 8> share{};
};

template <class Label>
class ObliqueBox {
 public:
  ObliqueBox(const at::Tensor& logits, const Shape3& begin, const Resampler& resampler, const at::Tensor& labels)
      : logits_(logits.const_data_ptr<float>()),
        classes_(logits.size(0)),
        classStride_(logits.stride(0)),
        box_{begin, begin},
        resampler_(resampler),
        labels_(labels.mutable_data_ptr<Label>()) {
    for (int axis = 0; axis < 3; ++axis) {
      box_.end[axis] += logits.size(axis + 1);
      stride_[axis] = logits.stride(axis + 1);
      labelStride_[axis] = labels.stride(axis + 1);
    }
    target_ = targetBox(spatialShape(labels));
  }

  void run(const JobContext& context) const {
    const int64_t rows = target_.end[0] - target_.begin[0], columns = target_.end[1] - target_.begin[1];
    at::parallel_for(0, rows * columns, 16, [&](int64_t first, int64_t last) {
      for (int64_t line = first; line < last; ++line) {
        context.check();
        runLine(target_.begin[0] + line / columns, target_.begin[1] + line % columns);
      }
    });
  }

 private:
  /// The part of the target in which samples of the box can lie: samples outside the source count at its border, so a box at
  /// the border reaches as far as the target does.
  Box targetBox(const Shape3& shape) const {
    const Affine back = resampler_.indexMap().inverse();
    Vector3 low, high;
    for (int axis = 0; axis < 3; ++axis) {
      double first = 0, last = 0;  // the source positions of the target's corners
      for (int column = 0; column < 3; ++column) {
        const double reach = resampler_.indexMap()(axis, column) * static_cast<double>(shape[column] - 1);
        (reach < 0 ? first : last) += reach;
      }
      const double origin = resampler_.indexMap()(axis, 3);
      low[axis] = static_cast<double>(box_.begin[axis]);
      high[axis] = static_cast<double>(box_.end[axis] - 1);
      if (box_.begin[axis] == 0) low[axis] = std::min(low[axis], origin + first);
      if (box_.end[axis] == resampler_.sourceShape()[axis]) high[axis] = std::max(high[axis], origin + last);
    }
    Vector3 lowest, highest;
    for (int corner = 0; corner < 8; ++corner) {
      Vector3 position;
      for (int axis = 0; axis < 3; ++axis) position[axis] = (corner >> axis & 1) != 0 ? high[axis] : low[axis];
      const Vector3 index = back.apply(position);
      for (int axis = 0; axis < 3; ++axis) {
        lowest[axis] = corner == 0 ? index[axis] : std::min(lowest[axis], index[axis]);
        highest[axis] = corner == 0 ? index[axis] : std::max(highest[axis], index[axis]);
      }
    }
    Box target;
    for (int axis = 0; axis < 3; ++axis) {
      // One voxel more, for the rounding of the inverse.
      const double last = static_cast<double>(shape[axis]);
      target.begin[axis] = static_cast<int64_t>(std::clamp(std::floor(lowest[axis]) - 1, 0.0, last));
      target.end[axis] = static_cast<int64_t>(std::clamp(std::ceil(highest[axis]) + 2, 0.0, last));
      target.end[axis] = std::max(target.begin[axis], target.end[axis]);
    }
    return target;
  }

  void runLine(int64_t i, int64_t j) const {
    Label* line = labels_ + i * labelStride_[0] + j * labelStride_[1];
    for (int64_t k = target_.begin[2]; k < target_.end[2]; ++k) {
      const auto neighbours = neighboursOf({static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)});
      if (neighbours.count > 0) line[k * labelStride_[2]] = best(neighbours);
    }
  }

  /// None where some of them lie outside the box.
  Neighbours neighboursOf(const Vector3& index) const {
    const Vector3 position = resampler_.indexMap().apply(index);
    const bool nearest = resampler_.mode() == Interpolation::Nearest;
    Vector3 weight;
    int64_t offset = 0;
    for (int axis = 0; axis < 3; ++axis) {
      const auto end = static_cast<double>(resampler_.sourceShape()[axis] - 1);
      const double inside = std::clamp(position[axis], 0.0, end);
      const double floor = nearest ? std::nearbyint(inside) : std::floor(inside);
      weight[axis] = nearest ? 0.0 : inside - floor;
      const auto low = static_cast<int64_t>(floor);
      if (low < box_.begin[axis] || low + (weight[axis] > 0 ? 1 : 0) >= box_.end[axis]) return {};
      offset += (low - box_.begin[axis]) * stride_[axis];
    }
    Neighbours found;
    for (int neighbour = 0; neighbour < 8; ++neighbour) {
      double share = 1;
      int64_t shift = 0;
      for (int axis = 0; axis < 3; ++axis) {
        const bool upper = (neighbour >> axis & 1) != 0;
        share *= upper ? weight[axis] : 1 - weight[axis];
        shift += upper ? stride_[axis] : 0;
      }
      if (share == 0) continue;
      found.offset[found.count] = offset + shift;
      found.share[found.count++] = share;
    }
    return found;
  }

  Label best(const Neighbours& neighbours) const {
    Label label = 0;
    float most = 0;
    for (int64_t each = 0; each < classes_; ++each) {
      const float* values = logits_ + each * classStride_;
      double sum = 0;
      for (int64_t i = 0; i < neighbours.count; ++i) {
        sum += neighbours.share[i] * static_cast<double>(values[neighbours.offset[i]]);
      }
      const auto value = static_cast<float>(sum);
      if (each > 0 && !(value > most)) continue;
      most = value;
      label = static_cast<Label>(each);
    }
    return label;
  }

  const float* logits_;
  int64_t classes_;
  int64_t classStride_;
  Shape3 stride_{};
  Box box_;
  const Resampler& resampler_;
  Label* labels_;
  Shape3 labelStride_{};
  Box target_;
};

}  // namespace

void obliqueArgmax(const at::Tensor& logits, const Shape3& begin, const Resampler& resampler, const at::Tensor& labels,
                   const JobContext& context) {
  if (labels.scalar_type() == at::kByte) {
    ObliqueBox<uint8_t>(logits, begin, resampler, labels).run(context);
  } else {
    ObliqueBox<int16_t>(logits, begin, resampler, labels).run(context);
  }
}

}  // namespace mlabel
