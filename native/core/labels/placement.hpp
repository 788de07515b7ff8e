// Where a label lies on its image: decided from the two headers before any voxel of the label is used.
#pragma once

#include <ATen/core/Tensor.h>

#include "image/volume.hpp"
#include "runtime/job.hpp"

namespace mlabel {

/// How the voxels of a label come onto the grid of its image.
struct Placement {
  enum class Kind {
    Same,          ///< the same grid
    Reordered,     ///< the same box in another axis order
    OtherReading,  ///< the same shape, placed as another program understands the image's header: voxel for voxel
    Resampled,     ///< another grid inside the image's box (cropped, coarser, finer): nearest neighbour
  };
  Kind kind = Kind::Same;
  /// Index on the image's grid → index on the label's grid.
  Affine toLabel;
  /// Of the image: [I, J, K].
  Shape3 shape{1, 1, 1};
};

/// "same", "reordered", "otherReading", "resampled".
const char* nameOf(Placement::Kind kind);

/// Grids count as one within 1e-3 of a voxel. A label of another grid has to lie inside the image's box within a voxel
/// (the larger of the two grids'). An image whose header can be understood in two ways places a label of another grid
/// only where one of them fits. Throws UnfitLabel with both shapes, spacings and positions.
Placement placementOf(const ImageHeader& label, const ImageHeader& image);

/// [L, I, J, K] on the label's grid → the same layers and type on the image's grid, in file-order memory; what lies
/// outside the label is 0. The tensor itself where nothing moves. `label` is uint8 or int32. `context` is polled.
at::Tensor place(const at::Tensor& label, const Placement& placement, const JobContext& context = {});

}  // namespace mlabel
