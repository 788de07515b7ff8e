#include "image/nifti_position.hpp"

#include <algorithm>
#include <cmath>

#include "image/quaternion.hpp"
#include "runtime/error.hpp"

namespace mlabel {
namespace {

Affine sform(const NiftiFields& f) {
  Affine affine;
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 4; ++c) affine(r, c) = f.srow[static_cast<size_t>(4 * r + c)];
  }
  return affine;
}

Vector3 zooms(const NiftiFields& f) { return {std::abs(f.pixdim[1]), std::abs(f.pixdim[2]), std::abs(f.pixdim[3])}; }

/// ITK takes directions and origin from the sform, but the steps from pixdim.
Affine sformWithZooms(const NiftiFields& f) {
  Affine affine = sform(f);
  const Vector3 step = affine.spacing();
  const Vector3 zoom = zooms(f);
  for (int r = 0; r < 3; ++r) {
    for (size_t c = 0; c < 3; ++c) {
      if (step[c] != 0) affine(r, static_cast<int>(c)) *= zoom[c] / step[c];
    }
  }
  return affine;
}

Affine qform(const NiftiFields& f) {
  const double handedness = f.pixdim[0] == -1 ? -1 : 1;
  return affineOfQuaternion({f.quatern[0], f.quatern[1], f.quatern[2]}, zooms(f), handedness,
                            {f.quatern[3], f.quatern[4], f.quatern[5]});
}

/// nibabel's reading of a header without codes.
Affine baseAffine(const NiftiFields& f, const Shape3& shape) {
  Affine affine;
  Vector3 zoom = zooms(f);
  if (f.dim[0] == 2) zoom[2] = 1;
  for (int a = 0; a < 3; ++a) {
    const double step = a == 0 ? -zoom[0] : zoom[static_cast<size_t>(a)];
    affine(a, a) = step;
    affine(a, 3) = -step * static_cast<double>(shape[static_cast<size_t>(a)] - 1) / 2;
  }
  return affine;
}

Affine diagonal(double x, double y, double z) { return {{{{x, 0, 0, 0}, {0, y, 0, 0}, {0, 0, z, 0}, {0, 0, 0, 1}}}}; }

/// Method 1 of the standard, for headers without codes.
Affine pixdimAsRas(const NiftiFields& f) { return diagonal(f.pixdim[1], f.pixdim[2], f.pixdim[3]); }

/// ITK's reading of a header without codes: the axes are those of its own world, LPS.
Affine pixdimAsLps(const NiftiFields& f) { return diagonal(-f.pixdim[1], -f.pixdim[2], f.pixdim[3]); }

bool invertible(const Affine& affine) {
  try {
    affine.inverse();
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// MONAI's affine_to_spacing over the axes that the file has, against the zooms with numpy.allclose.
bool agrees(const Affine& affine, const NiftiFields& f) {
  const Vector3 zoom = zooms(f);
  const int rank = static_cast<int>(f.dim[0]);
  for (int column = 0; column < rank; ++column) {
    double sum = 0;
    for (int row = 0; row < rank; ++row) sum += affine(row, column) * affine(row, column);
    const double step = std::sqrt(sum);
    if (!(std::abs(zoom[static_cast<size_t>(column)] - step) <= 1e-8 + 1e-5 * step)) return false;
  }
  return true;
}

/// The qform as it is after being stored as the sform of its file.
Affine qformAsSform(const NiftiFields& f, ImageFormat format) {
  Affine affine = qform(f);
  if (format == ImageFormat::Nifti2) return affine;
  for (auto& row : affine.m) {
    for (double& value : row) value = static_cast<float>(value);
  }
  return affine;
}

/// A 2-D image may leave its third direction empty: it gets the normal of its plane.
Affine withNormal(Affine affine) {
  const Vector3 step = affine.spacing();
  if (step[2] != 0) return affine;
  for (int row = 0; row < 3; ++row) {
    const int next = (row + 1) % 3, last = (row + 2) % 3;
    affine(row, 2) = (affine(next, 0) * affine(last, 1) - affine(last, 0) * affine(next, 1)) / (step[0] * step[1]);
  }
  return affine;
}

Affine chosen(const NiftiFields& f, const ImageHeader& header) {
  if (f.sformCode <= 0) return f.qformCode > 0 ? qform(f) : baseAffine(f, header.shape);
  const Affine s = sform(f);
  // In 4-D files MONAI compares the offset too, so that neither form ever agrees.
  if (f.dim[0] < 4 && !agrees(s, f) && agrees(qform(f), f)) return qformAsSform(f, header.format);
  const bool usable = invertible(header.dimensions == 2 ? withNormal(s) : s);
  return usable || f.qformCode <= 0 ? s : qform(f);
}

std::vector<Affine> allReadings(const NiftiFields& f, const Shape3& shape) {
  if (f.sformCode <= 0 && f.qformCode <= 0) return {baseAffine(f, shape), pixdimAsRas(f), pixdimAsLps(f)};
  std::vector<Affine> readings;
  if (f.sformCode > 0) readings = {sform(f), sformWithZooms(f)};
  if (f.qformCode > 0) readings.push_back(qform(f));
  return readings;
}

Affine scaled(Affine affine, double factor) {
  for (int r = 0; r < 3; ++r) {
    for (double& value : affine.m[static_cast<size_t>(r)]) value *= factor;
  }
  return affine;
}

/// The lowest three bits are the unit of space. What is unknown counts as millimetres, as everywhere.
double millimetresOfUnit(int32_t units) {
  switch (units & 7) {
    case 1: return 1000;
    case 3: return 0.001;
    default: return 1;
  }
}

/// Whether every corner of the box lies at the same place within a thousandth of a voxel.
bool samePlace(const Affine& a, const Affine& b, const Shape3& shape) {
  const Vector3 step = a.spacing();
  const double tolerance = 1e-3 * std::min({step[0], step[1], step[2]});
  for (int corner = 0; corner < 8; ++corner) {
    Vector3 index{};
    for (size_t axis = 0; axis < 3; ++axis) {
      // At least one step, or an axis of one voxel could point anywhere.
      if ((corner >> axis & 1) != 0) index[axis] = static_cast<double>(std::max<int64_t>(shape[axis] - 1, 1));
    }
    const Vector3 p = a.apply(index), q = b.apply(index);
    if (std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) > tolerance) return false;
  }
  return true;
}

}  // namespace

void setPosition(ImageHeader& header, const NiftiFields& fields) {
  NiftiFields f = fields;
  for (size_t a = 1; a <= 3; ++a) {
    if (f.pixdim[a] == 0) f.pixdim[a] = 1;
  }
  const double unit = millimetresOfUnit(f.units);
  const auto finished = [&](const Affine& affine, double factor) {
    return scaled(header.dimensions == 2 ? withNormal(affine) : affine, factor);
  };
  header.placed = f.sformCode > 0 || f.qformCode > 0;
  header.affine = finished(chosen(f, header), unit);
  const auto add = [&](const Affine& reading) {
    if (!invertible(reading) || samePlace(header.affine, reading, header.shape)) return;
    for (const Affine& known : header.otherReadings) {
      if (samePlace(known, reading, header.shape)) return;
    }
    header.otherReadings.push_back(reading);
  };
  const std::vector<Affine> readings = allReadings(f, header.shape);
  for (const Affine& reading : readings) add(finished(reading, unit));
  if (unit == 1) return;
  for (const Affine& reading : readings) add(finished(reading, 1));
}

void setPositionFields(NiftiFields& f, const Affine& affine) {
  const Vector3 spacing = affine.spacing();
  f.sformCode = 1;
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 4; ++c) f.srow[static_cast<size_t>(4 * r + c)] = affine(r, c);
    f.pixdim[static_cast<size_t>(r + 1)] = spacing[static_cast<size_t>(r)];
    f.quatern[static_cast<size_t>(r + 3)] = affine(r, 3);
  }
  const Quaternion q = quaternionOf(affine);
  f.qformCode = q.exact ? 1 : 0;  // a sheared affine has no quaternion
  f.pixdim[0] = q.handedness;
  std::copy(q.bcd.begin(), q.bcd.end(), f.quatern.begin());
  f.units = 2;  // millimetres
}

}  // namespace mlabel
