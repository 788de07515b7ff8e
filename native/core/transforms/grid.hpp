// The lattice of voxels of an image in space, and the lattice that Spacing resamples it to.
#pragma once

#include <ATen/core/Tensor.h>

#include "image/affine.hpp"

namespace mlabel {

/// Sizes [I, J, K] and the affine of one axis order.
struct Grid {
  Shape3 shape{};
  Affine affine;
};

/// Sizes of the spatial axes of [C, I, J, K].
Shape3 spatialShape(const at::Tensor& data);

/// Millimetres wanted along each axis; a component ≤ 0 keeps the image's, and so does one within 1e-3 of it or an image
/// whose spacing lies in [smallest, largest] (MONAI's min_pixdim and max_pixdim, both equal to `wanted` when not given).
struct SpacingTarget {
  Vector3 wanted{};
  Vector3 smallest{};
  Vector3 largest{};
};

/// MONAI's Spacing with diagonal=False: the rotation of `grid` is kept, shear removed, the extent between the outer voxel
/// centres covered, sizes rounded half to even, and the corner that is first on all axes keeps its place (monai-core 2.3).
/// Throws InvalidFile for a singular affine, TooLarge for a grid beyond 2^31 voxels.
Grid spacedGrid(const Grid& grid, const SpacingTarget& target);

/// 4×4 double tensors, for the linear algebra of libtorch.
at::Tensor toTensor(const Affine& affine);
Affine toAffine(const at::Tensor& matrix);

}  // namespace mlabel
