#include "inferers/open_sums.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>

#include "runtime/main_memory.hpp"

namespace mlabel {
namespace {

/// The voxels `box` + `shift` of a tensor.
at::Tensor within(at::Tensor tensor, const Box& box, const Shape3& shift = {}) {
  for (int axis = 0; axis < 3; ++axis) {
    tensor = tensor.narrow(axis + 1, box.begin[axis] + shift[axis], box.end[axis] - box.begin[axis]);
  }
  return tensor;
}

}  // namespace

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
    kept_[axis] = emptyLaidOutLike(values, keptSize(steps_, band_, axis), values.device());
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
  // Voxels of the sums are counted from the first that is held; voxel x of them is voxel x + shift of the window.
  Box open;
  Shape3 inWindow{}, shift{}, done{};
  for (int axis = 0; axis < 3; ++axis) {
    const WindowStep& step = steps_[axis][index[axis]];
    open.end[axis] = step.end - step.begin;
    done[axis] = step.done - step.begin;
    shift[axis] = step.begin - step.start;
    inWindow[axis] = std::max<int64_t>(-shift[axis], 0);
  }
  at::Tensor sums = emptyLaidOutLike(values, open.end, values.device());
  // The fastest axis first: what lies in several overlaps has been summed up with the window just before.
  for (int axis = 2; axis >= 0; --axis) {
    if (index[axis] == 0) continue;
    const int64_t overlap = steps_[axis][index[axis] - 1].end - steps_[axis][index[axis]].begin;
    Box part = open;
    part.end[axis] = overlap;
    within(sums, part).copy_(within(kept(axis, overlap, index), part));
    for (int each = 0; each < 3; ++each) part.begin[each] = std::max(part.begin[each], inWindow[each]);
    within(sums, part).add_(within(values, part, shift));
    open.begin[axis] = overlap;
  }
  within(sums, open).copy_(within(values, open, shift));

  for (int axis = 0; axis < 3; ++axis) {
    if (index[axis] + 1 == steps_[axis].size()) continue;
    const WindowStep& step = steps_[axis][index[axis]];
    const int64_t next = steps_[axis][index[axis] + 1].begin;
    kept(axis, step.end - next, index).copy_(sums.narrow(axis + 1, next - step.begin, step.end - next));
  }
  return within(sums, {{}, done});
}

}  // namespace mlabel
