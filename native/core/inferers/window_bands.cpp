#include "inferers/window_bands.hpp"

#include <algorithm>
#include <limits>

namespace mlabel {
namespace {

std::vector<WindowStep> stepsAlong(const std::vector<int64_t>& starts, int64_t roi, int64_t begin, int64_t end) {
  std::vector<WindowStep> steps;
  int64_t held = begin;
  for (size_t i = 0; i < starts.size(); ++i) {
    if (starts[i] + roi <= begin || starts[i] >= end) continue;
    const bool last = i + 1 == starts.size() || starts[i + 1] >= end;
    const int64_t done = last ? end : std::max(starts[i + 1], begin);
    steps.push_back({starts[i], held, std::min(starts[i] + roi, end), done});
    held = std::max(done - 1, begin);
  }
  return steps;
}

/// `count` bands along an axis, of equally many windows but for those that reach over a border.
std::vector<Box> bandsAlong(const std::vector<int64_t>& starts, const Box& volume, int axis, size_t count) {
  std::vector<Box> bands(count, volume);
  for (size_t i = 1; i < count; ++i) {
    const int64_t border = starts[(starts.size() * i + count - 1) / count];
    bands[i - 1].end[axis] = border;
    bands[i].begin[axis] = border - 1;
  }
  return bands;
}

}  // namespace

WindowSteps stepsWithin(const WindowGrid& windows, const Box& band) {
  WindowSteps steps;
  for (int axis = 0; axis < 3; ++axis) {
    steps[axis] = stepsAlong(windows.starts[axis], windows.roi[axis], band.begin[axis], band.end[axis]);
  }
  return steps;
}

int64_t countWindows(const WindowSteps& steps) {
  return static_cast<int64_t>(steps[0].size() * steps[1].size() * steps[2].size());
}

Shape3 keptSize(const WindowSteps& steps, const Box& band, int axis) {
  Shape3 size{};
  for (int other = 0; other < 3; ++other) {
    int64_t overlap = 0, held = 0;
    for (size_t i = 0; i < steps[other].size(); ++i) {
      held = std::max(held, steps[other][i].end - steps[other][i].begin);
      if (i > 0) overlap = std::max(overlap, steps[other][i - 1].end - steps[other][i].begin);
    }
    const int64_t whole = band.end[other] - band.begin[other];
    size[other] = other < axis ? held : other == axis ? overlap : whole;
  }
  return size;
}

int64_t openBytes(const WindowSteps& steps, const Box& band, int64_t channels) {
  int64_t voxels = 0;
  for (int axis = 0; axis < 3; ++axis) {
    const Shape3 size = keptSize(steps, band, axis);
    voxels += size[0] * size[1] * size[2];
  }
  return voxels * channels * 4;
}

std::vector<Box> bandsWithin(const WindowGrid& windows, const Box& volume, int64_t channels, int64_t most) {
  const auto fits = [&](const Box& band) { return openBytes(stepsWithin(windows, band), band, channels) <= most; };
  std::vector<Box> best{volume};
  if (fits(volume)) return best;
  int64_t fewest = std::numeric_limits<int64_t>::max();
  for (const int axis : {1, 2}) {
    const std::vector<int64_t>& starts = windows.starts[axis];
    for (size_t count = 2; count <= starts.size(); ++count) {
      const std::vector<Box> bands = bandsAlong(starts, volume, axis, count);
      if (!std::all_of(bands.begin(), bands.end(), fits)) continue;
      int64_t total = 0;
      for (const Box& band : bands) total += countWindows(stepsWithin(windows, band));
      if (total < fewest) {
        fewest = total;
        best = bands;
      }
      break;
    }
  }
  return best;
}

}  // namespace mlabel
