#include "inferers/streamed_argmax.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "inferers/separable_argmax.hpp"
#include "transforms/resample.hpp"

namespace mlabel {
namespace {

/// Planes of the general path that are resampled at once.
constexpr int64_t slabPlanes = 8;

/// The file axis that each axis of the grid behind `turns` came from; crops and pads keep the order of axes.
std::array<int, 3> fileAxes(const Trace& turns) {
  std::array<int, 3> axes{0, 1, 2};
  for (const GeometryStep& operation : turns) {
    const auto* turn = std::get_if<OrientOperation>(&operation);
    if (turn != nullptr) axes = {axes[turn->from[0]], axes[turn->from[1]], axes[turn->from[2]]};
  }
  return axes;
}

/// Labels [1, …shape] of a grid, in memory that is in file order once the axes are turned back.
at::Tensor emptyLabels(const Shape3& shape, const std::array<int, 3>& fileAxis, at::ScalarType type) {
  Shape3 file{};
  for (int axis = 0; axis < 3; ++axis) file[fileAxis[axis]] = shape[axis];
  return at::empty({1, file[2], file[1], file[0]}, type)
      .permute({0, 3 - fileAxis[0], 3 - fileAxis[1], 3 - fileAxis[2]});
}

at::Tensor inFileOrder(const at::Tensor& labels) {
  return labels.permute({0, 3, 2, 1}).contiguous().permute({0, 3, 2, 1});
}

void generalArgmax(const at::Tensor& logits, const Resampler& resampler, const at::Tensor& labels,
                   const JobContext& context) {
  const Shape3 shape = spatialShape(labels);
  for (int64_t begin = 0; begin < shape[0]; begin += slabPlanes) {
    context.check();
    const int64_t count = std::min(slabPlanes, shape[0] - begin);
    const at::Tensor slab = resampler.applyRegion(logits, {begin, 0, 0}, {count, shape[1], shape[2]}, context);
    labels.narrow(1, begin, count).copy_(slab.argmax(0, /*keepdim=*/true));
  }
}

}  // namespace

at::Tensor invertAndArgmax(const at::Tensor& logits, const Trace& trace, const JobContext& context) {
  // Turning, cropping and padding commute with arg-max (zeros, which crops leave behind, are class 0 on both sides), so
  // what was done before the first resampling is undone on the labels.
  const auto isResample = [](const GeometryStep& operation) {
    return std::holds_alternative<ResampleOperation>(operation);
  };
  const auto first = std::find_if(trace.begin(), trace.end(), isResample);
  const Trace before(trace.begin(), first);
  const at::Tensor source = first == trace.end() ? logits : invertTrace(logits, Trace(first + 1, trace.end()), context);

  Grid from{spatialShape(source), {}};
  Grid to = from;
  Interpolation mode = Interpolation::Linear;
  if (first != trace.end()) {
    const auto& resample = std::get<ResampleOperation>(*first);
    from.affine = resample.affineAfter;
    to = {resample.shapeBefore, resample.affineBefore};
    mode = resample.mode;
  }
  const Resampler resampler(from, to, mode);
  const at::ScalarType type = source.size(0) <= 256 ? at::kByte : at::kShort;
  at::Tensor labels = emptyLabels(to.shape, fileAxes(before), type);
  if (resampler.identity() || !resampler.separable()) {
    generalArgmax(source, resampler, labels, context);
  } else {
    separableArgmax(source, resampler, labels, context);
  }
  return inFileOrder(invertTrace(labels, before, context));
}

}  // namespace mlabel
