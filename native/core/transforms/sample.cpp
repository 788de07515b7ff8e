#include "transforms/sample.hpp"

#include <utility>

#include "runtime/error.hpp"

namespace mlabel {

SampleImage& Sample::at(const std::string& key, const std::string& who) {
  const auto found = images.find(key);
  if (found == images.end()) throw Error(ErrorCode::InvalidInput, who + ": there is no image \"" + key + "\"");
  return found->second;
}

void layClicks(SampleImage& image, const std::vector<Click>& clicks) {
  for (const Click& click : clicks) {
    for (int axis = 0; axis < 3; ++axis) {
      const int64_t last = image.source.shape[axis] - 1;
      if (click.index[axis] >= 0 && click.index[axis] <= static_cast<double>(last)) continue;
      throw Error(ErrorCode::InvalidInput,
                  "a click lies outside the image: axis " + std::to_string(axis) + " ends at " + std::to_string(last));
    }
  }
  const Affine toGrid = image.affine.inverse() * image.source.affine;
  Points points = clicks;
  for (Click& point : points) point.index = toGrid.apply(point.index);
  image.values["clicks"] = std::move(points);
}

}  // namespace mlabel
