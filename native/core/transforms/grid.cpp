#include "transforms/grid.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "runtime/error.hpp"

namespace mlabel {
namespace {

/// MONAI's AFFINE_TOL.
constexpr double spacingTolerance = 1e-3;

Vector3 chosenSpacing(const Vector3& current, const SpacingTarget& target) {
  Vector3 chosen;
  for (int axis = 0; axis < 3; ++axis) {
    const double wanted = target.wanted[axis];
    const double low = std::min(target.smallest[axis], wanted) - spacingTolerance;
    const double high = std::max(target.largest[axis], wanted) + spacingTolerance;
    const bool keep = wanted <= 0 || (low <= current[axis] && current[axis] <= high);
    chosen[axis] = keep ? current[axis] : wanted;
  }
  return chosen;
}

/// monai.data.utils.zoom_affine with diagonal=False; the translation is left at zero.
at::Tensor zoomed(const Affine& affine, const Vector3& spacing) {
  const auto matrix = toTensor(affine).narrow(0, 0, 3).narrow(1, 0, 3);
  const auto shear = at::linalg_cholesky(at::matmul(matrix.t(), matrix)).t();
  const auto rotation = at::matmul(matrix, at::linalg_inv(shear));
  auto result = at::eye(4, at::kDouble);
  for (int axis = 0; axis < 3; ++axis) {
    const double sign = shear[axis][axis].item<double>() < 0 ? -1 : 1;
    result.narrow(0, 0, 3).select(1, axis).copy_(rotation.select(1, axis) * (sign * spacing[axis]));
  }
  return result;
}

/// The eight outer voxel centres in homogeneous indices, one a column, the last axis fastest.
at::Tensor cornerColumns(const Shape3& shape) {
  auto columns = at::ones({4, 8}, at::kDouble);
  auto values = columns.accessor<double, 2>();
  for (int corner = 0; corner < 8; ++corner) {
    for (int axis = 0; axis < 3; ++axis) {
      values[axis][corner] = (corner >> (2 - axis) & 1) != 0 ? static_cast<double>(shape[axis] - 1) : 0.0;
    }
  }
  return columns;
}

}  // namespace

Shape3 spatialShape(const at::Tensor& data) { return {data.size(1), data.size(2), data.size(3)}; }

Grid spacedGrid(const Grid& grid, const SpacingTarget& target) {
  grid.affine.inverse();  // refuses what the decompositions below could not use
  const auto before = toTensor(grid.affine);
  auto after = zoomed(grid.affine, chosenSpacing(grid.affine.spacing(), target));

  const auto corner = cornerColumns(grid.shape);
  const auto placed = at::matmul(at::linalg_solve(after, before), corner).narrow(0, 0, 3);
  const auto world = at::matmul(before, corner);
  const auto lowest = std::get<0>(placed.min(1, /*keepdim=*/true));
  const auto extent = (std::get<0>(placed.max(1, true)) - lowest).squeeze(1);

  Grid result;
  double voxels = 1;
  for (int axis = 0; axis < 3; ++axis) {
    const double size = std::nearbyint(extent[axis].item<double>() + 1.0);
    voxels *= size;
    if (!(voxels < 2147483648.0)) throw Error(ErrorCode::TooLarge, "Spacingd: the resampled volume would be too large");
    result.shape[axis] = static_cast<int64_t>(size);
  }

  // numpy.allclose(minimum, 0, rtol=…) leaves the absolute tolerance at 1e-8.
  const auto first = ((placed - lowest).abs() <= 1e-8).all(0);
  const auto translation = after.narrow(0, 0, 3).select(1, 3);
  const auto candidates = at::nonzero(first).flatten();
  if (candidates.numel() > 0) {
    translation.copy_(world.narrow(0, 0, 3).select(1, candidates[0].item<int64_t>()));
  } else {
    const auto half = [](const Shape3& shape) {
      return at::tensor({shape[0] / 2.0, shape[1] / 2.0, shape[2] / 2.0, 1.0}, at::kDouble);
    };
    translation.copy_(at::matmul(before, half(grid.shape)).narrow(0, 0, 3) -
                      at::matmul(after, half(result.shape)).narrow(0, 0, 3));
  }
  result.affine = toAffine(after);
  return result;
}

at::Tensor toTensor(const Affine& affine) {
  const auto matrix = at::empty({4, 4}, at::kDouble);
  std::copy_n(&affine.m[0][0], 16, matrix.mutable_data_ptr<double>());
  return matrix;
}

Affine toAffine(const at::Tensor& matrix) {
  Affine affine;
  std::copy_n(matrix.contiguous().const_data_ptr<double>(), 16, &affine.m[0][0]);
  return affine;
}

}  // namespace mlabel
