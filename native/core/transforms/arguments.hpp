// Arguments that several transforms share.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "image/affine.hpp"
#include "runtime/json.hpp"
#include "transforms/trace.hpp"

namespace mlabel {

/// Three whole numbers, or one for all three axes (`spatial_size`, `margin`, …).
Shape3 sizesOf(const Args& args, const std::string& name);
Shape3 sizesOf(const Args& args, const std::string& name, int64_t fallback);

/// MONAI's fall_back_tuple: a component ≤ 0 means the image's own size.
Shape3 fallBack(const Shape3& sizes, const Shape3& imageShape);

/// Axes of the volume, 0 to 2, or −3 to −1 from the last one; returns 0 to 2.
std::vector<int> axesOf(const Args& args, const std::string& name, const std::vector<int64_t>& fallback);

/// `mode`: "nearest" or `linear` (what the transform calls it), one for all keys or one for each of `keys`.
std::vector<Interpolation> modesOf(const Args& args, size_t keys, const std::string& linear);

/// `prob`, 0.1 unless given, within [0, 1].
double probabilityOf(const Args& args);

/// A pair [low, high], or one number f for [-f, f].
std::pair<double, double> rangeOf(const Args& args, const std::string& name);

}  // namespace mlabel
