// The largest connected component of a label map.
#pragma once

#include <ATen/core/Tensor.h>

#include <bitset>

#include "runtime/job.hpp"

namespace mlabel {

struct ComponentOptions {
  /// Values whose voxels take part; 0 never does.
  std::bitset<256> values;
  /// Each value for itself; otherwise they are one foreground.
  bool independent = true;
  /// Neighbours share a face (1), an edge (2) or a corner (3).
  int connectivity = 3;
};

/// Sets to 0, in place, all voxels of the chosen values outside the largest component (monai's
/// get_largest_connected_component_mask). Of equally large ones the last in the order of their first voxels, first axis
/// slowest, is kept, as MONAI does.
/// `labels` is uint8 [I, J, K], dense in any order of axes. Memory: 32 bytes for each run of equal voxels. `context` is polled;
/// labels that a stop leaves half done are of no use. Throws OutOfMemory, Cancelled.
void keepLargestComponent(const at::Tensor& labels, const ComponentOptions& options, const JobContext& context = {});

}  // namespace mlabel
