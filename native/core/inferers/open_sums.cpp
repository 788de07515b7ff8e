#include "inferers/open_sums.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>

#include "runtime/main_memory.hpp"

namespace mlabel {

at::Tensor emptyLaidOutLike(const at::Tensor& values, const Shape3& size, c10::Device device) {
  const at::TensorOptions options = values.options().device(device);
  const bool together = values.size(0) > 1 && values.stride(0) == 1;
  if (together) return at::empty({size[0], size[1], size[2], values.size(0)}, options).movedim(-1, 0);
  return at::empty({values.size(0), size[0], size[1], size[2]}, options);
}

void OpenSums::allocate(const at::Tensor& values) {
  if (values.device().is_cpu()) {
    requireMemory(openBytes(steps_, band_, values.size(0)),
                  "Adding up windows of " + std::to_string(values.size(0)) + " classes");
  }
  for (int axis = 0; axis < 3; ++axis) {
    Shape3 size{};
    for (int other = 0; other < 3; ++other) {
      for (size_t i = 0; i < steps_[other].size(); ++i) {
        const WindowStep& step = steps_[other][i];
        if (other < axis) size[other] = std::max(size[other], step.end - step.begin);
        if (other == axis && i > 0) size[other] = std::max(size[other], steps_[other][i - 1].end - step.begin);
      }
      if (other > axis) size[other] = band_.end[other] - band_.begin[other];
    }
    kept_[axis] = emptyLaidOutLike(values, size, values.device());
  }
}

at::Tensor OpenSums::kept(int axis, int64_t overlap, const std::array<size_t, 3>& index) const {
  at::Tensor part = kept_[axis].narrow(axis + 1, 0, overlap);
  for (int other = 0; other < 3; ++other) {
    if (other == axis) continue;
    // Of the slower axes one window is under way, of the faster ones the whole band is kept.
    const WindowStep& step = steps_[other][index[other]];
    part = part.narrow(other + 1, other < axis ? 0 : step.begin - band_.begin[other], step.end - step.begin);
  }
  return part;
}

at::Tensor OpenSums::add(const at::Tensor& values, const std::array<size_t, 3>& index) {
  if (!kept_[0].defined()) allocate(values);
  Shape3 size{};
  for (int axis = 0; axis < 3; ++axis) size[axis] = steps_[axis][index[axis]].end - steps_[axis][index[axis]].begin;
  at::Tensor sums = emptyLaidOutLike(values, size, values.device()).zero_();
  // The fastest axis last: where pieces lie over each other, that of the window just before has all that was added.
  for (int axis = 0; axis < 3; ++axis) {
    if (index[axis] == 0) continue;
    const int64_t overlap = steps_[axis][index[axis] - 1].end - steps_[axis][index[axis]].begin;
    sums.narrow(axis + 1, 0, overlap).copy_(kept(axis, overlap, index));
  }

  at::Tensor inside = sums, window = values, finished = sums;
  for (int axis = 0; axis < 3; ++axis) {
    const WindowStep& step = steps_[axis][index[axis]];
    const int64_t first = std::max(step.start, step.begin);
    inside = inside.narrow(axis + 1, first - step.begin, step.end - first);
    window = window.narrow(axis + 1, first - step.start, step.end - first);
    finished = finished.narrow(axis + 1, 0, step.done - step.begin);
  }
  inside.add_(window);

  for (int axis = 0; axis < 3; ++axis) {
    if (index[axis] + 1 == steps_[axis].size()) continue;
    const WindowStep& step = steps_[axis][index[axis]];
    const int64_t next = steps_[axis][index[axis] + 1].begin;
    kept(axis, step.end - next, index).copy_(sums.narrow(axis + 1, next - step.begin, step.end - next));
  }
  return finished;
}

}  // namespace mlabel
