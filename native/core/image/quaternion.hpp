// NIfTI's second spelling of an affine: a unit quaternion, spacings and a handedness (nibabel.quaternions).
#pragma once

#include "image/affine.hpp"

namespace mlabel {

/// Rotation of the quaternion (a, b, c, d) with a = sqrt(1 - b² - c² - d²), columns times `zooms`, the third column times
/// `handedness` (1 or -1), and `offset` as translation.
Affine affineOfQuaternion(const Vector3& bcd, const Vector3& zooms, double handedness, const Vector3& offset);

struct Quaternion {
  Vector3 bcd{};
  double handedness = 1;
  /// False where the affine has shear, so that no quaternion stands for it.
  bool exact = true;
};

Quaternion quaternionOf(const Affine& affine);

}  // namespace mlabel
