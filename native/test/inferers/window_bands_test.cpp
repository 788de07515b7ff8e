// The way through the windows by hand, and how many bytes stay open in the case that all this is for.
#include "inferers/window_bands.hpp"

#include <doctest/doctest.h>

#include "inferers/blend_windows.hpp"
#include "inferers/importance.hpp"

using namespace mlabel;

namespace {

WindowGrid windowsOf(const Shape3& size, int64_t roi, double overlap) {
  WindowGrid windows{{roi, roi, roi}, {}};
  for (int axis = 0; axis < 3; ++axis) windows.starts[axis] = windowStarts(size[axis], roi, overlap);
  return windows;
}

std::vector<std::array<int64_t, 4>> numbers(const std::vector<WindowStep>& steps) {
  std::vector<std::array<int64_t, 4>> rows;
  for (const WindowStep& step : steps) rows.push_back({step.start, step.begin, step.end, step.done});
  return rows;
}

using Rows = std::vector<std::array<int64_t, 4>>;

}  // namespace

TEST_CASE("each window holds from the layer that was finished last to its end") {
  // Windows of 4 at 0, 3, 6 in 10 voxels.
  const WindowGrid windows = windowsOf({10, 10, 4}, 4, 0.25);
  const Box whole{{0, 0, 0}, {10, 10, 4}};
  const WindowSteps steps = stepsWithin(windows, whole);
  CHECK((numbers(steps[0]) == Rows{{0, 0, 4, 3}, {3, 2, 7, 6}, {6, 5, 10, 10}}));
  CHECK((numbers(steps[2]) == Rows{{0, 0, 4, 4}}));
  CHECK(countWindows(steps) == 9);
  // Two planes of 10 × 4 for the next row, 5 × 2 × 4 for the next column.
  CHECK(openBytes(steps, whole, 3) == (2 * 10 * 4 + 5 * 2 * 4) * 3 * 4);
  CHECK((numbers(stepsWithin(windows, {{4, 0, 0}, {9, 10, 4}})[0]) == Rows{{3, 4, 7, 6}, {6, 5, 9, 9}}));
  // The first window of this band finishes nothing in it.
  CHECK((numbers(stepsWithin(windows, {{3, 0, 0}, {6, 10, 4}})[0]) == Rows{{0, 3, 4, 3}, {3, 3, 6, 6}}));
}

TEST_CASE("105 classes in 512 × 512 × 600: three bands of 2.4 GB, 10 windows for 8") {
  const Box whole{{0, 0, 0}, {512, 512, 600}};
  const WindowGrid windows = windowsOf(whole.end, 96, 0.25);
  const int64_t all = openBytes(stepsWithin(windows, whole), whole, 106);
  CHECK(all == (41 * 512 * 600 + 97 * 41 * 600 + 97 * 97 * 25) * int64_t{106} * 4);
  CHECK(bandsWithin(windows, whole, 106, all).size() == 1);

  const int64_t most = BlendOptions().mostOpen;
  const std::vector<Box> bands = bandsWithin(windows, whole, 106, most);
  REQUIRE(bands.size() == 3);
  int64_t count = 0;
  for (const Box& band : bands) {
    CHECK(openBytes(stepsWithin(windows, band), band, 106) <= most);
    count += countWindows(stepsWithin(windows, band));
  }
  CHECK(countWindows(stepsWithin(windows, whole)) == 7 * 7 * 8);
  CHECK(count == 7 * 7 * 10);
  CHECK(bands[1].begin == Shape3{0, 0, 215});
  CHECK(bands[1].end == Shape3{512, 512, 432});
}

TEST_CASE("bands lie along the second axis where a window has the whole third one; one band where none helps") {
  const Box whole{{0, 0, 0}, {60, 60, 16}};
  WindowGrid windows = windowsOf({60, 60, 60}, 16, 0.5);
  windows.starts[2] = {0};
  const int64_t all = openBytes(stepsWithin(windows, whole), whole, 2);
  const std::vector<Box> bands = bandsWithin(windows, whole, 2, all / 2);
  CHECK(bands.size() > 1);
  CHECK(bands[0].end[1] < 60);
  CHECK(bands[0].end[2] == 16);
  CHECK(bandsWithin(windows, whole, 2, 1).size() == 1);
}
