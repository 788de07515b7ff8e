#include "image/quaternion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mlabel {

Affine affineOfQuaternion(const Vector3& bcd, const Vector3& zooms, double handedness, const Vector3& offset) {
  const auto [b, c, d] = bcd;
  // What rounding leaves below three float epsilons counts as a half turn, as in nibabel.
  const double rest = 1.0 - (b * b + c * c + d * d);
  const double a = std::abs(rest) < 3 * std::numeric_limits<float>::epsilon() ? 0 : std::sqrt(std::max(rest, 0.0));
  const double norm = a * a + b * b + c * c + d * d;
  Affine affine;
  if (norm < std::numeric_limits<double>::epsilon()) {
    for (int i = 0; i < 3; ++i) affine(i, i) = zooms[static_cast<size_t>(i)];
  } else {
    const double s = 2.0 / norm;
    const double rotation[3][3] = {
        {1 - s * (c * c + d * d), s * (b * c - a * d), s * (b * d + a * c)},
        {s * (b * c + a * d), 1 - s * (b * b + d * d), s * (c * d - a * b)},
        {s * (b * d - a * c), s * (c * d + a * b), 1 - s * (b * b + c * c)},
    };
    for (int r = 0; r < 3; ++r) {
      for (int col = 0; col < 3; ++col) affine(r, col) = rotation[r][col] * zooms[static_cast<size_t>(col)];
    }
  }
  for (int r = 0; r < 3; ++r) {
    affine(r, 2) *= handedness;
    affine(r, 3) = offset[static_cast<size_t>(r)];
  }
  return affine;
}

Quaternion quaternionOf(const Affine& affine) {
  const Vector3 spacing = affine.spacing();
  double r[3][3];
  for (int row = 0; row < 3; ++row) {
    for (int col = 0; col < 3; ++col) r[row][col] = affine(row, col) / spacing[static_cast<size_t>(col)];
  }
  Quaternion q;
  for (int i = 0; i < 3; ++i) {
    for (int j = i + 1; j < 3; ++j) {
      const double dot = r[0][i] * r[0][j] + r[1][i] * r[1][j] + r[2][i] * r[2][j];
      if (std::abs(dot) > 1e-5) q.exact = false;
    }
  }
  const double determinant = r[0][0] * (r[1][1] * r[2][2] - r[1][2] * r[2][1]) -
                             r[0][1] * (r[1][0] * r[2][2] - r[1][2] * r[2][0]) +
                             r[0][2] * (r[1][0] * r[2][1] - r[1][1] * r[2][0]);
  if (determinant < 0) {
    q.handedness = -1;
    for (auto& row : r) row[2] = -row[2];
  }
  // The largest of the four components is found from the diagonal, the others follow from it (nifti1_io).
  double a = 0;
  auto& [b, c, d] = q.bcd;
  const double trace = r[0][0] + r[1][1] + r[2][2] + 1;
  if (trace > 0.5) {
    a = 0.5 * std::sqrt(trace);
    b = 0.25 * (r[2][1] - r[1][2]) / a;
    c = 0.25 * (r[0][2] - r[2][0]) / a;
    d = 0.25 * (r[1][0] - r[0][1]) / a;
    return q;
  }
  const double xd = 1 + r[0][0] - (r[1][1] + r[2][2]);
  const double yd = 1 + r[1][1] - (r[0][0] + r[2][2]);
  const double zd = 1 + r[2][2] - (r[0][0] + r[1][1]);
  if (xd > 1) {
    b = 0.5 * std::sqrt(xd);
    c = 0.25 * (r[0][1] + r[1][0]) / b;
    d = 0.25 * (r[0][2] + r[2][0]) / b;
    a = 0.25 * (r[2][1] - r[1][2]) / b;
  } else if (yd > 1) {
    c = 0.5 * std::sqrt(yd);
    b = 0.25 * (r[0][1] + r[1][0]) / c;
    d = 0.25 * (r[1][2] + r[2][1]) / c;
    a = 0.25 * (r[0][2] - r[2][0]) / c;
  } else {
    d = 0.5 * std::sqrt(zd);
    b = 0.25 * (r[0][2] + r[2][0]) / d;
    c = 0.25 * (r[1][2] + r[2][1]) / d;
    a = 0.25 * (r[1][0] - r[0][1]) / d;
  }
  if (a < 0) {
    for (double& component : q.bcd) component = -component;
  }
  return q;
}

}  // namespace mlabel
