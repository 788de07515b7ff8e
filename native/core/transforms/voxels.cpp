#include "transforms/voxels.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace mlabel {
namespace {

/// Reverses the order of `count` blocks of `length` floats, `repeats` times one behind the other.
void reverseBlocks(float* values, int64_t repeats, int64_t count, int64_t length) {
  const int64_t half = count / 2;
  const int64_t grain = std::max<int64_t>(1, (1 << 15) / length);
  at::parallel_for(0, repeats * half, grain, [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; ++index) {
      float* first = values + index / half * count * length;
      float* a = first + index % half * length;
      float* b = first + (count - 1 - index % half) * length;
      std::swap_ranges(a, a + length, b);
    }
  });
}

void reverseRows(float* values, int64_t repeats, int64_t length) {
  at::parallel_for(0, repeats, std::max<int64_t>(1, (1 << 15) / length), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) std::reverse(values + row * length, values + (row + 1) * length);
  });
}

}  // namespace

bool ownedAlone(const at::Tensor& data) { return data.use_count() == 1 && data.storage().use_count() == 1; }

at::Tensor writable(at::Tensor data) {
  const bool ready = data.scalar_type() == at::kFloat && data.is_non_overlapping_and_dense() && ownedAlone(data);
  return ready ? data : data.to(at::kFloat, /*non_blocking=*/false, /*copy=*/true, at::MemoryFormat::Contiguous);
}

at::Tensor memoryRow(const at::Tensor& data) { return data.as_strided({data.numel()}, {1}); }

at::Tensor flip(at::Tensor data, const std::array<bool, 3>& axes) {
  if (std::none_of(axes.begin(), axes.end(), [](bool flipped) { return flipped; })) return data;
  if (data.scalar_type() != at::kFloat) {
    std::vector<int64_t> flipped;
    for (int axis = 0; axis < 3; ++axis) {
      if (axes[axis]) flipped.push_back(axis + 1);
    }
    return data.flip(flipped);
  }
  data = writable(std::move(data));
  if (data.numel() == 0) return data;
  float* values = data.mutable_data_ptr<float>();
  for (int axis = 0; axis < 3; ++axis) {
    const int64_t count = data.size(axis + 1);
    if (!axes[axis] || count == 1) continue;
    const int64_t length = data.stride(axis + 1);
    const int64_t repeats = data.numel() / (count * length);
    if (length == 1) {
      reverseRows(values, repeats, count);
    } else {
      reverseBlocks(values, repeats, count, length);
    }
  }
  return data;
}

}  // namespace mlabel
