#include "transforms/geometry.hpp"

#include <ATen/ATen.h>

#include <algorithm>

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

void orientImage(SampleImage& image, const OrientOperation& operation) {
  if (operation == OrientOperation{}) return;
  image.affine = image.affine * indexMap(operation, spatialShape(image.data));
  image.data = orient(std::move(image.data), operation);
  image.trace.emplace_back(operation);
}

void cropPadImage(SampleImage& image, const Shape3& start, const Shape3& shape) {
  const Shape3 before = spatialShape(image.data);
  if (start == Shape3{} && shape == before) return;
  image.data = cropPad(image.data, start, shape);
  const Vector3 origin =
      image.affine.apply({static_cast<double>(start[0]), static_cast<double>(start[1]), static_cast<double>(start[2])});
  for (int row = 0; row < 3; ++row) image.affine(row, 3) = origin[row];
  image.trace.emplace_back(CropPadOperation{start, before});
}

void resampleImage(SampleImage& image, const Shape3& shape, const Affine& affine, Interpolation mode,
                   const JobContext& context) {
  const Shape3 before = spatialShape(image.data);
  const Resampler resampler({before, image.affine}, {shape, affine}, mode);
  image.data = resampler.apply(image.data, context);
  if (resampler.identity()) return;
  image.trace.emplace_back(ResampleOperation{before, image.affine, affine, mode});
  image.affine = affine;
}

}  // namespace mlabel
