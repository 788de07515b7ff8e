#include "phantom/shapes.hpp"

namespace mlabel {

Ellipsoid::Ellipsoid(const Vector3& centre, const Vector3& radii, const Vector3& angles)
    : centre(centre), radii_(radii) {
  const double cx = std::cos(angles[0]), sx = std::sin(angles[0]);
  const double cy = std::cos(angles[1]), sy = std::sin(angles[1]);
  const double cz = std::cos(angles[2]), sz = std::sin(angles[2]);
  axes_ = {{{cy * cz, sx * sy * cz + cx * sz, -cx * sy * cz + sx * sz},
            {-cy * sz, -sx * sy * sz + cx * cz, cx * sy * sz + sx * cz},
            {sy, -sx * cy, cx * cy}}};
}

}  // namespace mlabel
