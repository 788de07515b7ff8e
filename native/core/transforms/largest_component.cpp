#include "transforms/largest_component.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <vector>

#include "runtime/main_memory.hpp"

namespace mlabel {
namespace {

/// Neighbouring voxels of one value (or of the joint foreground) in a row of memory: the unit of the union-find, as there
/// are a hundred times fewer of them than voxels.
struct Run {
  int32_t begin;
  int32_t end;
  uint32_t parent;
  uint8_t key;
};

struct Component {
  int64_t size = 0;
  int64_t firstVoxel = std::numeric_limits<int64_t>::max();
};

class Components {
 public:
  Components(const at::Tensor& labels, const ComponentOptions& options, const JobContext& context)
      : options_(options), context_(context), data_(labels.mutable_data_ptr<uint8_t>()) {
    std::array<int, 3> axes{0, 1, 2};
    std::stable_sort(axes.begin(), axes.end(), [&](int a, int b) { return labels.stride(a) > labels.stride(b); });
    const std::array<int64_t, 3> raster{labels.size(1) * labels.size(2), labels.size(2), 1};
    for (int axis = 0; axis < 3; ++axis) {
      size_[axis] = labels.size(axes[axis]);
      rasterStride_[axis] = raster[axes[axis]];
    }
  }

  void keepLargest() {
    findRuns();
    uniteNeighbours();
    erase(largestRoots());
  }

 private:
  uint8_t keyOf(uint8_t value) const {
    if (value == 0 || !options_.values[value]) return 0;
    return options_.independent ? value : 1;
  }

  void findRuns() {
    const int64_t rows = size_[0] * size_[1], width = size_[2];
    rowStart_.reserve(static_cast<size_t>(rows) + 1);
    for (int64_t row = 0; row < rows; ++row) {
      if (row % size_[1] == 0) context_.check();
      rowStart_.push_back(static_cast<uint32_t>(runs_.size()));
      const uint8_t* line = data_ + row * width;
      for (int64_t x = 0; x < width;) {
        x = skipZeros(line, x, width);
        if (x == width) break;
        const uint8_t key = keyOf(line[x]);
        const int64_t begin = x;
        while (x < width && keyOf(line[x]) == key) ++x;
        if (key == 0) continue;
        const auto index = static_cast<uint32_t>(runs_.size());
        runs_.push_back({static_cast<int32_t>(begin), static_cast<int32_t>(x), index, key});
      }
    }
    rowStart_.push_back(static_cast<uint32_t>(runs_.size()));
  }

  static int64_t skipZeros(const uint8_t* line, int64_t x, int64_t width) {
    for (uint64_t word = 0; x + 8 <= width; x += 8) {
      std::memcpy(&word, line + x, 8);
      if (word != 0) break;
    }
    while (x < width && line[x] == 0) ++x;
    return x;
  }

  /// Each row with the four rows around it that came before; along a row, runs of one value are apart.
  void uniteNeighbours() {
    struct Neighbour {
      int64_t slow;
      int64_t middle;
    };
    for (int64_t slow = 0; slow < size_[0]; ++slow) {
      context_.check();
      for (int64_t middle = 0; middle < size_[1]; ++middle) {
        for (const auto [a, b] : {Neighbour{-1, -1}, {-1, 0}, {-1, 1}, {0, -1}}) {
          if (slow + a < 0 || middle + b < 0 || middle + b >= size_[1]) continue;
          const int steps = (a != 0) + (b != 0);
          if (steps > options_.connectivity) continue;
          const int32_t reach = options_.connectivity > steps ? 1 : 0;
          uniteRows(slow * size_[1] + middle, (slow + a) * size_[1] + middle + b, reach);
        }
      }
    }
  }

  void uniteRows(int64_t row, int64_t other, int32_t reach) {
    uint32_t i = rowStart_[row], j = rowStart_[other];
    const uint32_t iEnd = rowStart_[row + 1], jEnd = rowStart_[other + 1];
    while (i < iEnd && j < jEnd) {
      uniteIfTouching(i, j, reach);
      if (runs_[i].end < runs_[j].end) {
        ++i;
        continue;
      }
      // Of runs that end together, either may touch the other's successor at a corner.
      if (runs_[i].end == runs_[j].end && i + 1 < iEnd) uniteIfTouching(i + 1, j, reach);
      ++j;
    }
  }

  void uniteIfTouching(uint32_t i, uint32_t j, int32_t reach) {
    const Run& a = runs_[i];
    const Run& b = runs_[j];
    if (a.key != b.key || a.begin >= b.end + reach || b.begin >= a.end + reach) return;
    const uint32_t rootA = root(i), rootB = root(j);
    runs_[std::max(rootA, rootB)].parent = std::min(rootA, rootB);
  }

  uint32_t root(uint32_t run) {
    while (runs_[run].parent != run) {
      runs_[run].parent = runs_[runs_[run].parent].parent;
      run = runs_[run].parent;
    }
    return run;
  }

  /// By key.
  std::array<uint32_t, 256> largestRoots() {
    requireMemory(static_cast<int64_t>(runs_.size() * sizeof(Component)), "The search for the largest component");
    std::vector<Component> components(runs_.size());
    for (int64_t row = 0; row + 1 < static_cast<int64_t>(rowStart_.size()); ++row) {
      const int64_t rowVoxel = row / size_[1] * rasterStride_[0] + row % size_[1] * rasterStride_[1];
      for (uint32_t run = rowStart_[row]; run < rowStart_[row + 1]; ++run) {
        Component& component = components[root(run)];
        component.size += runs_[run].end - runs_[run].begin;
        component.firstVoxel = std::min(component.firstVoxel, rowVoxel + runs_[run].begin * rasterStride_[2]);
      }
    }
    std::array<uint32_t, 256> best{};
    std::array<Component, 256> bestComponent{};
    for (uint32_t run = 0; run < runs_.size(); ++run) {
      if (runs_[run].parent != run) continue;
      const uint8_t key = runs_[run].key;
      const Component& component = components[run];
      Component& other = bestComponent[key];
      if (component.size < other.size) continue;
      if (component.size == other.size && component.firstVoxel < other.firstVoxel) continue;
      other = component;
      best[key] = run;
    }
    return best;
  }

  void erase(const std::array<uint32_t, 256>& kept) {
    for (int64_t row = 0; row + 1 < static_cast<int64_t>(rowStart_.size()); ++row) {
      for (uint32_t run = rowStart_[row]; run < rowStart_[row + 1]; ++run) {
        const auto& [begin, end, parent, key] = runs_[run];
        if (root(run) != kept[key]) std::memset(data_ + row * size_[2] + begin, 0, static_cast<size_t>(end - begin));
      }
    }
  }

  const ComponentOptions& options_;
  const JobContext& context_;
  uint8_t* data_;
  /// Slowest axis in memory first.
  std::array<int64_t, 3> size_{};
  /// What a step along each of them adds to the index of a voxel counted with the first axis slowest.
  std::array<int64_t, 3> rasterStride_{};
  std::vector<Run> runs_;
  std::vector<uint32_t> rowStart_;
};

}  // namespace

void keepLargestComponent(const at::Tensor& labels, const ComponentOptions& options, const JobContext& context) {
  Components(labels, options, context).keepLargest();
}

}  // namespace mlabel
