#include "transforms/geometry.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "transforms/resample.hpp"
#include "transforms/voxels.hpp"

namespace mlabel {
namespace {

/// New index → old index of an orientation.
Affine indexMap(const OrientOperation& operation, const Shape3& shapeBefore) {
  Affine map;
  map.m = {};
  map(3, 3) = 1;
  for (int axis = 0; axis < 3; ++axis) {
    const int from = operation.from[axis];
    map(from, axis) = operation.flipped[axis] ? -1 : 1;
    map(from, 3) = operation.flipped[axis] ? static_cast<double>(shapeBefore[from] - 1) : 0;
  }
  return map;
}

/// Takes the points among the values of `image` along; `map`: index before → index after.
void movePoints(SampleImage& image, const Affine& map) {
  for (auto& [name, value] : image.values) {
    auto* points = std::get_if<Points>(&value);
    if (points == nullptr) continue;
    for (Click& point : *points) point.index = map.apply(point.index);
  }
}

/// New index → old index when `before` voxels become `after` over the same extent (MONAI's scale_affine).
Affine scaling(const Shape3& before, const Shape3& after) {
  Affine map;
  for (int axis = 0; axis < 3; ++axis) {
    map(axis, axis) = static_cast<double>(before[axis]) / static_cast<double>(std::max<int64_t>(after[axis], 1));
    map(axis, 3) = (map(axis, axis) - 1) / 2;
  }
  return map;
}

}  // namespace

at::Tensor orient(at::Tensor data, const OrientOperation& operation) {
  std::array<bool, 3> flipped{};
  for (int axis = 0; axis < 3; ++axis) flipped[operation.from[axis]] = operation.flipped[axis];
  data = flip(std::move(data), flipped);
  return data.permute({0, operation.from[0] + 1, operation.from[1] + 1, operation.from[2] + 1});
}

OrientOperation inverse(const OrientOperation& operation) {
  OrientOperation result;
  for (int axis = 0; axis < 3; ++axis) {
    result.from[operation.from[axis]] = axis;
    result.flipped[operation.from[axis]] = operation.flipped[axis];
  }
  return result;
}

at::Tensor cropPad(const at::Tensor& data, const Shape3& start, const Shape3& shape) {
  const Shape3 before = spatialShape(data);
  if (start == Shape3{} && shape == before) return data;
  auto input = data;
  auto out = at::zeros({data.size(0), shape[0], shape[1], shape[2]}, data.options());
  auto target = out;
  for (int axis = 0; axis < 3; ++axis) {
    const int64_t first = std::clamp<int64_t>(start[axis], 0, before[axis]);
    const int64_t last = std::clamp<int64_t>(start[axis] + shape[axis], first, before[axis]);
    if (first == last) return out;
    input = input.narrow(axis + 1, first, last - first);
    target = target.narrow(axis + 1, first - start[axis], last - first);
  }
  target.copy_(input);
  return out;
}

at::Tensor pick(const at::Tensor& data, const Shape3& shape) {
  at::Tensor result = data;
  for (int axis = 0; axis < 3; ++axis) {
    const int64_t before = data.size(axis + 1);
    if (shape[axis] == before) continue;
    const float scale = static_cast<float>(before) / static_cast<float>(shape[axis]);
    at::Tensor chosen = at::empty({shape[axis]}, at::kLong);
    auto* index = chosen.mutable_data_ptr<int64_t>();
    for (int64_t x = 0; x < shape[axis]; ++x) {
      index[x] = std::min(static_cast<int64_t>(std::floor(static_cast<float>(x) * scale)), before - 1);
    }
    result = result.index_select(axis + 1, chosen);
  }
  return result;
}

void orientImage(SampleImage& image, const OrientOperation& operation) {
  if (operation == OrientOperation{}) return;
  const Affine map = indexMap(operation, spatialShape(image.data));
  image.affine = image.affine * map;
  movePoints(image, map.inverse());
  image.data = orient(std::move(image.data), operation);
  image.trace.emplace_back(operation);
}

void cropPadImage(SampleImage& image, const Shape3& start, const Shape3& shape) {
  const Shape3 before = spatialShape(image.data);
  if (start == Shape3{} && shape == before) return;
  image.data = cropPad(image.data, start, shape);
  Affine shift;
  for (int axis = 0; axis < 3; ++axis) shift(axis, 3) = static_cast<double>(start[axis]);
  image.affine = image.affine * shift;
  movePoints(image, shift.inverse());
  image.trace.emplace_back(CropPadOperation{start, before});
}

void resampleImage(SampleImage& image, const Shape3& shape, const Affine& affine, Interpolation mode,
                   const JobContext& context) {
  const Shape3 before = spatialShape(image.data);
  const Resampler resampler({before, image.affine}, {shape, affine}, mode);
  image.data = resampler.apply(image.data, context);
  if (resampler.identity()) return;
  movePoints(image, affine.inverse() * image.affine);
  image.trace.emplace_back(ResampleOperation{before, image.affine, affine, mode});
  image.affine = affine;
}

void resizeImage(SampleImage& image, const Shape3& shape, Interpolation mode, const JobContext& context) {
  const Shape3 before = spatialShape(image.data);
  if (shape == before) return;
  double voxels = 1;
  for (const int64_t size : shape) voxels *= static_cast<double>(size);
  if (!(voxels < 2147483648.0)) throw Error(ErrorCode::TooLarge, "Resized: the resized volume would be too large");
  const Affine map = scaling(before, shape);
  if (mode == Interpolation::Linear) return resampleImage(image, shape, image.affine * map, mode, context);
  image.data = pick(image.data, shape);
  image.affine = image.affine * map;
  movePoints(image, map.inverse());
  image.trace.emplace_back(PickOperation{before});
}

}  // namespace mlabel
