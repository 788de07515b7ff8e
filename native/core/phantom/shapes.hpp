// Solids that organs are made of, as approximate signed distances in millimetres: negative inside.
#pragma once

#include <algorithm>
#include <cmath>

#include "image/affine.hpp"

namespace mlabel {

inline Vector3 operator+(const Vector3& a, const Vector3& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }
inline Vector3 operator-(const Vector3& a, const Vector3& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
inline Vector3 operator*(double s, const Vector3& a) { return {s * a[0], s * a[1], s * a[2]}; }
inline double dot(const Vector3& a, const Vector3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
inline double norm(const Vector3& a) { return std::sqrt(dot(a, a)); }

struct Sphere {
  Vector3 centre{};
  double radius = 1;
  double distance(const Vector3& p) const { return norm(p - centre) - radius; }
};

/// An ellipsoid turned about the three axes, z first, then y, then x; angles in radians.
class Ellipsoid {
 public:
  Ellipsoid() = default;
  Ellipsoid(const Vector3& centre, const Vector3& radii, const Vector3& angles = {});

  /// Exact on the surface, first order near it.
  double distance(const Vector3& p) const {
    const Vector3 d = p - centre;
    const Vector3 local{dot(axes_[0], d), dot(axes_[1], d), dot(axes_[2], d)};
    const Vector3 scaled{local[0] / radii_[0], local[1] / radii_[1], local[2] / radii_[2]};
    const double value = norm(scaled);
    const double slope = norm({scaled[0] / radii_[0], scaled[1] / radii_[1], scaled[2] / radii_[2]});
    return slope < 1e-9 ? -std::min({radii_[0], radii_[1], radii_[2]}) : value * (value - 1) / slope;
  }

  Vector3 centre{};

 private:
  Vector3 radii_{1, 1, 1};
  std::array<Vector3, 3> axes_{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
};

/// A round tube between two points.
struct Capsule {
  Vector3 from{};
  Vector3 to{};
  double radius = 1;
  double distance(const Vector3& p) const {
    const Vector3 axis = to - from;
    const double along = std::clamp(dot(p - from, axis) / dot(axis, axis), 0.0, 1.0);
    return norm(p - (from + along * axis)) - radius;
  }
};

/// The union of two solids with the seam between them rounded over `radius` mm.
inline double smoothUnion(double a, double b, double radius) {
  const double h = std::clamp(0.5 + 0.5 * (b - a) / radius, 0.0, 1.0);
  return b + (a - b) * h - radius * h * (1 - h);
}

/// `a` without `b`, the rim rounded over `radius` mm.
inline double smoothDifference(double a, double b, double radius) { return -smoothUnion(-a, b, radius); }

}  // namespace mlabel
