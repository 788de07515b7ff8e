#include "image/affine.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/error.hpp"

namespace mlabel {
namespace {

/// The letters of each world axis, negative end first.
constexpr const char* axisLetters[3] = {"LR", "PA", "IS"};

using Matrix3 = std::array<std::array<double, 3>, 3>;

bool finite(const Affine& affine) {
  for (const auto& row : affine.m) {
    for (const double value : row) {
      if (!std::isfinite(value)) return false;
    }
  }
  return true;
}

/// U·Vᵀ of the singular value decomposition: the rotation closest to the directions of the columns.
Matrix3 closestRotation(const Affine& affine) {
  auto directions = at::empty({3, 3}, at::kDouble);
  auto values = directions.accessor<double, 2>();
  const Vector3 spacing = affine.spacing();
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      values[row][column] = affine(row, column) / (spacing[column] == 0 ? 1.0 : spacing[column]);
    }
  }
  const auto [left, singular, right] = at::linalg_svd(directions);
  const double tolerance = singular.max().item<double>() * 3 * std::numeric_limits<double>::epsilon();
  const auto kept = (singular > tolerance).to(at::kDouble);
  const auto rotation = at::matmul(left * kept, right).contiguous();
  Matrix3 result;
  std::copy_n(rotation.const_data_ptr<double>(), 9, &result[0][0]);
  return result;
}

}  // namespace

Vector3 Affine::apply(const Vector3& index) const {
  Vector3 point;
  for (int row = 0; row < 3; ++row) {
    point[row] = m[row][0] * index[0] + m[row][1] * index[1] + m[row][2] * index[2] + m[row][3];
  }
  return point;
}

Affine Affine::inverse() const {
  const auto minor = [this](int row, int column) {
    const int r0 = (row + 1) % 3, r1 = (row + 2) % 3, c0 = (column + 1) % 3, c1 = (column + 2) % 3;
    return m[r0][c0] * m[r1][c1] - m[r0][c1] * m[r1][c0];
  };
  const double determinant = m[0][0] * minor(0, 0) + m[0][1] * minor(0, 1) + m[0][2] * minor(0, 2);
  if (!finite(*this) || !std::isnormal(determinant)) {
    throw Error(ErrorCode::InvalidFile, "the affine of the image is singular or not finite");
  }
  Affine result;
  for (int row = 0; row < 3; ++row) {
    auto& out = result.m[row];
    for (int column = 0; column < 3; ++column) out[column] = minor(column, row) / determinant;
    out[3] = -(out[0] * m[0][3] + out[1] * m[1][3] + out[2] * m[2][3]);
  }
  return result;
}

Vector3 Affine::spacing() const {
  Vector3 norms;
  for (int column = 0; column < 3; ++column) {
    norms[column] = std::sqrt(m[0][column] * m[0][column] + m[1][column] * m[1][column] + m[2][column] * m[2][column]);
  }
  return norms;
}

Affine operator*(const Affine& a, const Affine& b) {
  Affine product;
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 4; ++column) {
      double sum = 0;
      for (int k = 0; k < 4; ++k) sum += a.m[row][k] * b.m[k][column];
      product.m[row][column] = sum;
    }
  }
  return product;
}

AxisDirections axisDirections(const Affine& affine) {
  if (!finite(affine)) throw Error(ErrorCode::InvalidFile, "the affine of the image is not finite");
  Matrix3 rotation = closestRotation(affine);

  // The axis that follows a world axis most closely chooses first.
  std::array<double, 3> closeness{};
  for (int axis = 0; axis < 3; ++axis) {
    for (int world = 0; world < 3; ++world) {
      closeness[axis] = std::max(closeness[axis], rotation[world][axis] * rotation[world][axis]);
    }
  }
  std::array<int, 3> order{0, 1, 2};
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return closeness[a] > closeness[b]; });

  AxisDirections directions;
  for (const int axis : order) {
    int best = 0;
    for (int world = 1; world < 3; ++world) {
      if (std::abs(rotation[world][axis]) > std::abs(rotation[best][axis])) best = world;
    }
    if (std::abs(rotation[best][axis]) <= 1e-8) {
      throw Error(ErrorCode::InvalidFile, "the affine of the image is singular: an axis has no direction");
    }
    directions[axis] = {best, rotation[best][axis] < 0 ? -1 : 1};
    rotation[best] = {0, 0, 0};
  }
  return directions;
}

AxisDirections parseAxisCodes(const std::string& codes) {
  AxisDirections directions;
  std::array<bool, 3> seen{};
  bool valid = codes.size() == 3;
  for (size_t axis = 0; valid && axis < 3; ++axis) {
    for (int world = 0; world < 3; ++world) {
      const size_t end = std::string(axisLetters[world]).find(codes[axis]);
      if (end == std::string::npos) continue;
      directions[axis] = {world, end == 0 ? -1 : 1};
      seen[world] = true;
    }
  }
  valid = valid && seen[0] && seen[1] && seen[2];
  if (!valid) throw Error(ErrorCode::InvalidInput, "\"" + codes + "\" is not an orientation such as RAS or LPS");
  return directions;
}

std::string axisCodes(const AxisDirections& directions) {
  std::string codes;
  for (const auto& [world, sign] : directions) codes += axisLetters[world][sign > 0 ? 1 : 0];
  return codes;
}

}  // namespace mlabel
