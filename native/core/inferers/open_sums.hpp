// The sums of overlapping windows, of those voxels only that later windows reach.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>

#include "inferers/window_bands.hpp"

namespace mlabel {

/// Adds windows in their order (first axis slowest) and gives each voxel away with the last window that reaches it; each
/// voxel is summed up in the order of its windows, so the bits are those of a sum over the whole volume. Between two windows
/// three pieces are kept, of the overlaps (and one finished layer, which neighbouring boxes share):
///
///   axis 0   overlap × J × K          what the next row of windows reaches
///   axis 1   roi × overlap × K        what the next column of this row reaches
///   axis 2   roi × roi × overlap      what the next window of this column reaches
///
/// 105 classes, windows of 96³ with overlap 0.25 in 512×512×600 (the last windows of 512 overlap by 40): 41·512·600 +
/// 97·41·600 + 97·97·25 voxels of 424 bytes (106 channels with the weights) are 6.4 GB; all sums would be 66 GB, whole planes
/// of a row of windows 12 GB. bandsWithin makes three bands of 2.4 GB of it, for 10/8 of the windows.
class OpenSums {
 public:
  OpenSums(const WindowSteps& steps, const Box& band) : steps_(steps), band_(band) {}

  /// Adds `values` [channels, roi…] of the window at `index` along each axis. Returns the sums of the box that is finished
  /// with it, from `begin` to before `done` of its steps: fresh memory; empty where a window only leads into the band.
  at::Tensor add(const at::Tensor& values, const std::array<size_t, 3>& index);

 private:
  /// What is kept for the next window along `axis`, as far as the window at `index` has to do with it.
  at::Tensor kept(int axis, int64_t overlap, const std::array<size_t, 3>& index) const;
  void allocate(const at::Tensor& values);

  WindowSteps steps_;
  Box band_;
  std::array<at::Tensor, 3> kept_;
};

/// [channels of `values`, size…] on `device`, with the channels together in memory where those of `values` are: adding
/// windows to sums in another layout costs an eighth of a whole inference.
at::Tensor emptyLaidOutLike(const at::Tensor& values, const Shape3& size, c10::Device device);

}  // namespace mlabel
