// Arguments that many transforms share.
#pragma once

#include <string>
#include <vector>

#include "runtime/json.hpp"
#include "transforms/sample.hpp"

namespace mlabel {

/// `keys`: one name or a list; never empty.
std::vector<std::string> keysOf(const Args& args);

/// Three whole numbers, or one for all three axes (`spatial_size`, `margin`, …).
Shape3 sizesOf(const Args& args, const std::string& name);
Shape3 sizesOf(const Args& args, const std::string& name, int64_t fallback);

/// MONAI's fall_back_tuple: a component ≤ 0 means the image's own size.
Shape3 fallBack(const Shape3& sizes, const Shape3& imageShape);

/// `prob`, 0.1 unless given, within [0, 1].
double probabilityOf(const Args& args);

/// A pair [low, high], or one number f for [-f, f].
std::pair<double, double> rangeOf(const Args& args, const std::string& name);

}  // namespace mlabel
