// Voxels changed where they lie: a CT volume is 200 MB and more, a copy of it costs as much as the work itself.
#pragma once

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>

#include <array>
#include <functional>

namespace mlabel {

/// Whether nobody else holds the memory of `data`: then it may be written to.
bool ownedAlone(const at::Tensor& data);

/// float32 voxels [C, I, J, K] that may be written: `data` itself when nobody else holds its memory, a copy otherwise.
/// Dense, in whatever order of axes. Move the tensor in.
at::Tensor writable(at::Tensor data);

/// All voxels of a dense tensor as one row in the order of memory.
at::Tensor memoryRow(const at::Tensor& data);

/// torch.flip over the marked spatial axes of [C, I, J, K], in place where nobody else holds the memory.
at::Tensor flip(at::Tensor data, const std::array<bool, 3>& axes);

/// Replaces every voxel x by function(x); in place where nobody else holds the memory.
template <class Function>
at::Tensor mapVoxels(at::Tensor data, const Function& function) {
  data = writable(std::move(data));
  float* values = data.mutable_data_ptr<float>();
  at::parallel_for(0, data.numel(), 1 << 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) values[i] = function(values[i]);
  });
  return data;
}

}  // namespace mlabel
