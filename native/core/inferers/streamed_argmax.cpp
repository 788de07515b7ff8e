#include "inferers/streamed_argmax.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "inferers/oblique_argmax.hpp"
#include "inferers/separable_argmax.hpp"
#include "labels/class_map.hpp"
#include "transforms/geometry.hpp"

namespace mlabel {
namespace {

bool isResample(const GeometryStep& step) { return std::holds_alternative<ResampleOperation>(step); }

/// Whether undoing a step on boxes would be to no avail: what a box becomes would depend on its neighbours.
bool needsAll(const GeometryStep& step) { return isResample(step) || std::holds_alternative<PickOperation>(step); }

/// Sizes of the grid before a step.
Shape3 shapeBefore(const GeometryStep& step, const Shape3& shape) {
  if (const auto* crop = std::get_if<CropPadOperation>(&step)) return crop->shapeBefore;
  if (const auto* resample = std::get_if<ResampleOperation>(&step)) return resample->shapeBefore;
  if (const auto* pick = std::get_if<PickOperation>(&step)) return pick->shapeBefore;
  const auto& turn = std::get<OrientOperation>(step);
  Shape3 before{};
  for (int axis = 0; axis < 3; ++axis) before[turn.from[axis]] = shape[axis];
  return before;
}

/// A box of logits, and the grid that it lies in.
struct LogitBox {
  at::Tensor logits;
  Shape3 begin;
  Shape3 grid;
};

void undoTurn(LogitBox& box, const OrientOperation& turn) {
  const Shape3 size = spatialShape(box.logits);
  Shape3 begin{};
  for (int axis = 0; axis < 3; ++axis) {
    const int64_t behind = box.grid[axis] - box.begin[axis] - size[axis];
    begin[turn.from[axis]] = turn.flipped[axis] ? behind : box.begin[axis];
  }
  box.logits = orient(std::move(box.logits), inverse(turn));
  box.begin = begin;
}

/// What was cropped away is zeros. A box at the border of the crop gets a layer of them, for the labels between it and them;
/// beyond, class 0 wins. The box may become empty.
void undoCropPad(LogitBox& box, const CropPadOperation& crop) {
  Shape3 start{}, size{};
  for (int axis = 0; axis < 3; ++axis) {
    int64_t begin = box.begin[axis] + crop.start[axis];
    int64_t end = begin + box.logits.size(axis + 1);
    if (box.begin[axis] == 0) --begin;
    if (box.begin[axis] + box.logits.size(axis + 1) == box.grid[axis]) ++end;
    begin = std::max<int64_t>(begin, 0);
    end = std::min(end, crop.shapeBefore[axis]);
    start[axis] = begin - crop.start[axis] - box.begin[axis];
    size[axis] = std::max<int64_t>(end - begin, 0);
    box.begin[axis] = begin;
  }
  box.logits = cropPad(box.logits, start, size);
}

/// The file axis that each axis of the grid behind `turns` came from; crops and pads keep the order of axes.
std::array<int, 3> fileAxes(const Trace& turns) {
  std::array<int, 3> axes{0, 1, 2};
  for (const GeometryStep& step : turns) {
    const auto* turn = std::get_if<OrientOperation>(&step);
    if (turn != nullptr) axes = {axes[turn->from[0]], axes[turn->from[1]], axes[turn->from[2]]};
  }
  return axes;
}

/// Labels [1, …shape] of a grid, all 0, in memory that is in file order once the axes are turned back.
at::Tensor zeroLabels(const Shape3& shape, const std::array<int, 3>& fileAxis, at::ScalarType type) {
  Shape3 file{};
  for (int axis = 0; axis < 3; ++axis) file[fileAxis[axis]] = shape[axis];
  return at::zeros({1, file[2], file[1], file[0]}, type)
      .permute({0, 3 - fileAxis[0], 3 - fileAxis[1], 3 - fileAxis[2]});
}

at::Tensor inFileOrder(const at::Tensor& labels) {
  return labels.permute({0, 3, 2, 1}).contiguous().permute({0, 3, 2, 1});
}

/// Those samples of one axis whose neighbours lie in [begin, end) of the source, counted from `begin`; `first` is the target
/// voxel of the first of them.
AxisSamples samplesWithin(const AxisSamples& samples, int64_t begin, int64_t end, int64_t& first) {
  AxisSamples within;
  for (size_t x = 0; x < samples.low.size(); ++x) {
    if (samples.low[x] < begin || samples.high[x] >= end) continue;
    if (within.low.empty()) first = static_cast<int64_t>(x);
    within.low.push_back(samples.low[x] - begin);
    within.high.push_back(samples.high[x] - begin);
    within.weight.push_back(samples.weight[x]);
  }
  return within;
}

void separableBox(const at::Tensor& logits, const Shape3& begin, const Resampler& resampler, at::Tensor labels,
                  const JobContext& context) {
  std::array<AxisSamples, 3> samples;
  for (int axis = 0; axis < 3; ++axis) {
    int64_t first = 0;
    samples[axis] = samplesWithin(resampler.samples(axis), begin[axis], begin[axis] + logits.size(axis + 1), first);
    labels = labels.narrow(axis + 1, first, static_cast<int64_t>(samples[axis].low.size()));
  }
  if (labels.numel() > 0) separableArgmax(logits, samples, labels, context);
}

}  // namespace

StreamedArgmax::StreamedArgmax(const Shape3& grid, const Trace& trace) : grid_(grid) {
  // Turning, cropping and padding commute with arg-max (zeros, which crops leave behind, are class 0 on both sides), so
  // what was done before the first resampling is undone on the labels.
  const auto first = std::find_if(trace.begin(), trace.end(), isResample);
  before_ = Trace(trace.begin(), first);
  shape_ = grid;
  if (first == trace.end()) return;
  after_ = Trace(first + 1, trace.end());
  const auto& resample = std::get<ResampleOperation>(*first);
  shape_ = resample.shapeBefore;
  Shape3 source = grid;
  for (auto step = after_.rbegin(); step != after_.rend(); ++step) {
    if (needsAll(*step)) collected_.emplace(grid, c10::kCPU);
    source = shapeBefore(*step, source);
  }
  resampler_.emplace(Grid{source, resample.affineAfter}, Grid{shape_, resample.affineBefore}, resample.mode);
}

void StreamedArgmax::take(at::Tensor logits, const Shape3& begin, const JobContext& context) {
  if (collected_) return collected_->take(std::move(logits), begin, context);
  LogitBox box{std::move(logits), begin, grid_};
  for (auto step = after_.rbegin(); step != after_.rend(); ++step) {
    const Shape3 before = shapeBefore(*step, box.grid);
    if (const auto* crop = std::get_if<CropPadOperation>(&*step)) {
      undoCropPad(box, *crop);
    } else {
      undoTurn(box, std::get<OrientOperation>(*step));
    }
    box.grid = before;
    if (box.logits.numel() == 0) return;
  }
  decide(box.logits, box.begin, context);
}

void StreamedArgmax::decide(const at::Tensor& logits, const Shape3& begin, const JobContext& context) {
  context.check();
  if (!labels_.defined()) {
    labels_ = zeroLabels(shape_, fileAxes(before_), logits.size(0) <= 256 ? at::kByte : at::kShort);
  }
  if (!resampler_ || resampler_->identity()) {
    at::Tensor labels = labels_;
    for (int axis = 0; axis < 3; ++axis) labels = labels.narrow(axis + 1, begin[axis], logits.size(axis + 1));
    labels.copy_(argmaxMap(logits).unsqueeze(0));
  } else if (resampler_->separable()) {
    separableBox(logits.cpu(), begin, *resampler_, labels_, context);
  } else {
    obliqueArgmax(logits.cpu(), begin, *resampler_, labels_, context);
  }
}

at::Tensor StreamedArgmax::result(const JobContext& context) {
  if (collected_) decide(invertTrace(collected_->result(context), after_, context), {0, 0, 0}, context);
  return inFileOrder(invertTrace(labels_, before_, context));
}

at::Tensor invertAndArgmax(const at::Tensor& logits, const Trace& trace, const JobContext& context) {
  StreamedArgmax labels(spatialShape(logits), trace);
  labels.take(logits, {0, 0, 0}, context);
  return labels.result(context);
}

}  // namespace mlabel
