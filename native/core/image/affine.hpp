// Voxel index → world millimetres, and the orientation that follows from it.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace mlabel {

/// Sizes, steps, indices of the three spatial axes, in the volume's axis order.
using Shape3 = std::array<int64_t, 3>;
using Vector3 = std::array<double, 3>;

/// A 4×4 matrix, rows first, that maps homogeneous voxel indices (i, j, k, 1) to RAS millimetres.
/// Double precision throughout, as in MONAI's MetaTensor.
struct Affine {
  std::array<std::array<double, 4>, 4> m{{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}};

  double& operator()(int row, int column) { return m[row][column]; }
  double operator()(int row, int column) const { return m[row][column]; }
  bool operator==(const Affine&) const = default;

  Vector3 apply(const Vector3& index) const;
  /// Throws InvalidFile when the matrix is singular or not finite.
  Affine inverse() const;
  /// Column norms of the 3×3 part: millimetres a step along each axis.
  Vector3 spacing() const;
};

Affine operator*(const Affine& a, const Affine& b);

/// For each voxel axis, the world axis (0 R-L, 1 A-P, 2 S-I) it follows best and whether it points to the positive end.
struct AxisDirection {
  int world = 0;
  int sign = 1;
  bool operator==(const AxisDirection&) const = default;
};
using AxisDirections = std::array<AxisDirection, 3>;

/// nibabel.orientations.io_orientation, on which MONAI's Orientation rests (SVD rule for oblique volumes).
AxisDirections axisDirections(const Affine& affine);

/// "RAS", "LPS", "PIR", … ↔ directions. The text throws InvalidInput unless each of RL, AP, SI occurs once.
AxisDirections parseAxisCodes(const std::string& codes);
std::string axisCodes(const AxisDirections& directions);

}  // namespace mlabel
