// What was done to an image since it was loaded, as data, so that a result can be taken back to the file's grid.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <optional>
#include <variant>
#include <vector>

#include "image/affine.hpp"
#include "runtime/job.hpp"

namespace mlabel {

enum class Interpolation { Nearest, Linear };

/// Output axis a holds input axis `from[a]`, reversed where `flipped[a]`.
/// Orientation, Flip and Rotate90 are all of this kind.
struct OrientOperation {
  std::array<int, 3> from{0, 1, 2};
  std::array<bool, 3> flipped{};
  bool operator==(const OrientOperation&) const = default;
};

/// Resampled from one grid to another; both grids in the axis order of this point of the pipeline.
struct ResampleOperation {
  Shape3 shapeBefore{};
  Affine affineBefore;
  Affine affineAfter;
  Interpolation mode = Interpolation::Linear;
};

/// output[x] = input[x + start]; positions outside the input were filled. A crop has start > 0, a pad start < 0.
struct CropPadOperation {
  Shape3 start{};
  Shape3 shapeBefore{};
};

/// Voxels picked, none interpolated: output[x] = input[floor(x · before / after)] along each axis (Resized, "nearest").
struct PickOperation {
  Shape3 shapeBefore{};
};

/// All but ResampleOperation move whole voxels, and so commute with arg-max.
using GeometryStep = std::variant<OrientOperation, ResampleOperation, CropPadOperation, PickOperation>;
using Trace = std::vector<GeometryStep>;

/// Undoes a whole trace, last operation first (MONAI's Invertd): [C, I, J, K] on the network's grid → the file's grid.
/// What was cropped away comes back as zeros. `mode` replaces every recorded interpolation when given (nearest_interp=True).
/// `context` is polled. Throws TooLarge, OutOfMemory, Cancelled.
at::Tensor invertTrace(const at::Tensor& data, const Trace& trace, const JobContext& context = {},
                       std::optional<Interpolation> mode = {});

}  // namespace mlabel
