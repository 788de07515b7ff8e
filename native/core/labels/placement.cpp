#include "labels/placement.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "runtime/error.hpp"

namespace mlabel {
namespace {

/// Voxels; rounding in headers and quaternions stays far below.
constexpr double tolerance = 1e-3;

double last(const Shape3& shape, int axis) { return static_cast<double>(shape[static_cast<size_t>(axis)] - 1); }

/// The eight outermost voxels of a grid.
std::array<Vector3, 8> corners(const Shape3& shape) {
  std::array<Vector3, 8> points;
  for (unsigned corner = 0; corner < 8; ++corner) {
    for (int axis = 0; axis < 3; ++axis) points[corner][axis] = (corner >> axis & 1U) != 0 ? last(shape, axis) : 0;
  }
  return points;
}

/// The farthest that a voxel of a grid of `shape` moves when its index goes through `map`, in voxels.
double largestMove(const Affine& map, const Shape3& shape) {
  double largest = 0;
  for (const Vector3& corner : corners(shape)) {
    const Vector3 moved = map.apply(corner);
    for (int axis = 0; axis < 3; ++axis) largest = std::max(largest, std::abs(moved[axis] - corner[axis]));
  }
  return largest;
}

/// Whether two affines put a grid of `shape` at one place, within `voxels` of the second one's.
bool samePlace(const Affine& a, const Affine& b, const Shape3& shape, double voxels) {
  return largestMove(b.inverse() * a, shape) <= voxels;
}

/// Whether corners go to corners and the lengths of the axes with them: then the axes are swapped and turned, no more.
bool sameBox(const Affine& toLabel, const Shape3& image, const Shape3& label) {
  Shape3 sortedImage = image, sortedLabel = label;
  std::sort(sortedImage.begin(), sortedImage.end());
  std::sort(sortedLabel.begin(), sortedLabel.end());
  if (sortedImage != sortedLabel) return false;
  for (const Vector3& corner : corners(image)) {
    const Vector3 index = toLabel.apply(corner);
    for (int axis = 0; axis < 3; ++axis) {
      const double end = last(label, axis);
      if (std::abs(index[axis]) > tolerance && std::abs(index[axis] - end) > tolerance) return false;
    }
  }
  return true;
}

/// Every way in which the header may be understood, ours first.
std::vector<Affine> readings(const ImageHeader& header) {
  std::vector<Affine> all{header.affine};
  all.insert(all.end(), header.otherReadings.begin(), header.otherReadings.end());
  return all;
}

bool sameReading(const ImageHeader& label, const ImageHeader& image) {
  for (const Affine& ofLabel : readings(label)) {
    for (const Affine& ofImage : readings(image)) {
      // Two readings that neither program uses say nothing.
      const bool used = ofLabel == label.affine || ofImage == image.affine;
      if (used && samePlace(ofLabel, ofImage, image.shape, tolerance)) return true;
    }
  }
  return false;
}

/// Whether the label's box lies inside the image's within a voxel.
bool inside(const Affine& toImage, const Shape3& label, const Shape3& image) {
  for (int axis = 0; axis < 3; ++axis) {
    double step = 0;
    for (int column = 0; column < 3; ++column) step = std::max(step, std::abs(toImage(axis, column)));
    const double room = std::max(1.0, step) + tolerance;
    double low = toImage(axis, 3), high = low;
    for (int column = 0; column < 3; ++column) {
      const double begin = -0.5 * toImage(axis, column);
      const double end = (last(label, column) + 0.5) * toImage(axis, column);
      low += std::min(begin, end);
      high += std::max(begin, end);
    }
    if (low < -0.5 - room || high > last(image, axis) + 0.5 + room) return false;
  }
  return true;
}

/// Programs that forget where an array came from write the origin (0, 0, 0).
bool lostItsOrigin(const Affine& label, const Affine& toImage) {
  if (label(0, 3) != 0 || label(1, 3) != 0 || label(2, 3) != 0) return false;
  const Vector3 index = toImage.apply({0, 0, 0});
  return std::any_of(index.begin(), index.end(), [](double x) { return std::abs(x) > 1; });
}

/// Whether voxel centres fall on voxel centres, as in a crop.
bool aligned(const Affine& toImage) {
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 4; ++column) {
      if (std::abs(toImage(row, column) - std::nearbyint(toImage(row, column))) > tolerance) return false;
    }
  }
  return true;
}

/// Index of the image's grid → index of the label's, where the label is another grid inside the image's box.
std::optional<Affine> resampling(const ImageHeader& label, const ImageHeader& image) {
  if (!label.placed) return std::nullopt;
  std::vector<Affine> fitting, crops;
  for (const Affine& reading : readings(image)) {
    const Affine toImage = reading.inverse() * label.affine;
    // A grid of the very shape of the image's that lies elsewhere has lost its place.
    if (label.shape == image.shape && largestMove(toImage, image.shape) > 1) continue;
    if (!inside(toImage, label.shape, image.shape) || lostItsOrigin(label.affine, toImage)) continue;
    const bool known = std::any_of(fitting.begin(), fitting.end(),
                                   [&](const Affine& other) { return samePlace(reading, other, image.shape, 0.5); });
    if (known) continue;
    fitting.push_back(reading);
    if (aligned(toImage)) crops.push_back(reading);
  }
  const std::vector<Affine>& choice = fitting.size() > 1 ? crops : fitting;
  if (choice.size() != 1) return std::nullopt;
  return label.affine.inverse() * choice[0];
}

std::string three(const char* format, double a, double b, double c) {
  char text[128];
  std::snprintf(text, sizeof text, format, a, b, c);
  return text;
}

/// "24×20×16 voxels of 1.5×1.5×3 mm, RAS, from (-10, 20, 5) mm"
std::string describe(const ImageHeader& header) {
  const auto& [i, j, k] = header.shape;
  const Vector3 spacing = header.affine.spacing();
  const std::string shape = std::to_string(i) + "×" + std::to_string(j) + "×" + std::to_string(k);
  return shape + three(" voxels of %.4g×%.4g×%.4g mm", spacing[0], spacing[1], spacing[2]) + ", " +
         axisCodes(axisDirections(header.affine)) +
         three(", from (%.5g, %.5g, %.5g) mm", header.affine(0, 3), header.affine(1, 3), header.affine(2, 3)) +
         (header.placed ? "" : " (its header gives no position)");
}

template <class Value>
void placeLayer(const Value* source, const Shape3& from, Value* target, const Placement& placement,
                const JobContext& context) {
  const int64_t width = placement.shape[0], height = placement.shape[1], depth = placement.shape[2];
  const Affine& map = placement.toLabel;
  at::parallel_for(0, depth, 1, [&](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      context.check();
      for (int64_t j = 0; j < height; ++j) {
        Value* row = target + (k * height + j) * width;
        const Vector3 start = map.apply({0, static_cast<double>(j), static_cast<double>(k)});
        for (int64_t i = 0; i < width; ++i) {
          int64_t offset = 0, stride = 1;
          bool within = true;
          for (int axis = 0; axis < 3; ++axis) {
            const int64_t length = from[static_cast<size_t>(axis)];
            const double index =
                std::floor(start[static_cast<size_t>(axis)] + static_cast<double>(i) * map(axis, 0) + 0.5);
            within = within && index >= 0 && index < static_cast<double>(length);
            // What lies far outside is beyond an integer.
            if (within) offset += static_cast<int64_t>(index) * stride;
            stride *= length;
          }
          row[i] = within ? source[offset] : Value{0};
        }
      }
    }
  });
}

}  // namespace

const char* nameOf(Placement::Kind kind) {
  switch (kind) {
    case Placement::Kind::Same: return "same";
    case Placement::Kind::Reordered: return "reordered";
    case Placement::Kind::OtherReading: return "otherReading";
    case Placement::Kind::Resampled: break;
  }
  return "resampled";
}

Placement placementOf(const ImageHeader& label, const ImageHeader& image) {
  const bool sameShape = label.shape == image.shape;
  if (sameShape && samePlace(label.affine, image.affine, image.shape, tolerance)) {
    return {Placement::Kind::Same, {}, image.shape};
  }
  // Before the axis orders: two forms of one image may differ by a turn of its box, and whoever drew saw one of them.
  if (sameShape && sameReading(label, image)) return {Placement::Kind::OtherReading, {}, image.shape};
  const Affine toLabel = label.affine.inverse() * image.affine;
  if (sameBox(toLabel, image.shape, label.shape)) return {Placement::Kind::Reordered, toLabel, image.shape};
  if (const auto found = resampling(label, image)) return {Placement::Kind::Resampled, *found, image.shape};
  throw Error(ErrorCode::UnfitLabel, "the label does not lie on its image: it has " + describe(label) +
                                         "; the image has " + describe(image) +
                                         ". Save it with the image's own geometry, for example on the image as "
                                         "reference volume");
}

at::Tensor place(const at::Tensor& label, const Placement& placement, const JobContext& context) {
  if (placement.kind == Placement::Kind::Same || placement.kind == Placement::Kind::OtherReading) return label;
  const Shape3 from{label.size(1), label.size(2), label.size(3)};
  const auto& [i, j, k] = placement.shape;
  const at::Tensor source = label.permute({0, 3, 2, 1}).contiguous();
  const at::Tensor target = at::empty({label.size(0), k, j, i}, label.options());
  for (int64_t layer = 0; layer < label.size(0); ++layer) {
    if (label.scalar_type() == at::kByte) {
      placeLayer(source[layer].const_data_ptr<uint8_t>(), from, target[layer].data_ptr<uint8_t>(), placement, context);
    } else {
      placeLayer(source[layer].const_data_ptr<int32_t>(), from, target[layer].data_ptr<int32_t>(), placement, context);
    }
  }
  return target.permute({0, 3, 2, 1});
}

}  // namespace mlabel
