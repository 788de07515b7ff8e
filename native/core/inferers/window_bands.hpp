// In which order the windows of a volume are gone through, and how much of it stays open meanwhile.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "image/affine.hpp"

namespace mlabel {

/// Voxels from `begin` to before `end`.
struct Box {
  Shape3 begin{};
  Shape3 end{};
};

/// Windows of size `roi`; every combination of the starts along the axes is one.
struct WindowGrid {
  Shape3 roi{};
  std::array<std::vector<int64_t>, 3> starts;
};

/// One window along one axis, cut to a band of the volume.
struct WindowStep {
  /// First voxel of the window, which may lie before the band.
  int64_t start = 0;
  /// The voxels that are held while it is added: from the layer that was finished last, which the next box of finished
  /// voxels shares, to the window's end.
  int64_t begin = 0;
  int64_t end = 0;
  /// No later window reaches what lies before.
  int64_t done = 0;
};
using WindowSteps = std::array<std::vector<WindowStep>, 3>;

/// The windows that reach into `band`, ascending along each axis.
WindowSteps stepsWithin(const WindowGrid& windows, const Box& band);

int64_t countWindows(const WindowSteps& steps);

/// Sizes of what is kept for the next window along `axis`: of the axes before it what a window holds, along it the largest
/// overlap, of those after it the whole band.
Shape3 keptSize(const WindowSteps& steps, const Box& band, int axis);

/// Bytes of the sums of `channels` float32 values a voxel that stay open from one window to another; see OpenSums.
int64_t openBytes(const WindowSteps& steps, const Box& band, int64_t channels);

/// `volume` in bands whose open sums take no more than `most` bytes each: one where that is enough, else as few as it takes
/// along the one of the last two axes where fewer windows have to be computed again (the first axis has no say in what stays
/// open). Neighbouring bands share a layer of voxels. One band too where nothing helps.
std::vector<Box> bandsWithin(const WindowGrid& windows, const Box& volume, int64_t channels, int64_t most);

}  // namespace mlabel
