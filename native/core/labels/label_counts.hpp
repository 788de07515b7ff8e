// How many voxels of each value two label maps have, and share.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace mlabel {

/// One number a value, from 0.
struct LabelCounts {
  std::vector<int64_t> predicted, expected, common;

  /// 2 |A ∩ B| / (|A| + |B|) of a value; nothing where `expected` has none of it.
  std::optional<double> dice(int64_t value) const;
};

/// Counts the values 0 to `values` - 1 in one pass; others belong to none. Both of equal sizes and on one device, any
/// numeric type. Throws Internal for other sizes.
LabelCounts countLabels(const at::Tensor& prediction, const at::Tensor& reference, int64_t values);

}  // namespace mlabel
