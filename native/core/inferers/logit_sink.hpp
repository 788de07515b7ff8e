// Where finished logits go, box by box, so that classes × volume need not exist.
#pragma once

#include <ATen/core/Tensor.h>

#include "image/affine.hpp"
#include "runtime/job.hpp"

namespace mlabel {

class LogitSink {
 public:
  virtual ~LogitSink() = default;

  /// Takes the logits [classes, …] of the box of the network's grid that begins at voxel `begin`: float32, on any device,
  /// the sink's to keep and to change. The boxes cover the grid, and neighbours share a layer of voxels: whatever lies
  /// between two voxels lies in a box with both. They come in any order, and again where an inference begins anew.
  virtual void take(at::Tensor logits, const Shape3& begin, const JobContext& context) = 0;

  /// What became of all boxes. To be called once, after the last of them.
  virtual at::Tensor result(const JobContext& context) = 0;
};

}  // namespace mlabel
