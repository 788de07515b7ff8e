// What a label file holds, before anybody says what its values mean.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "labels/placement.hpp"
#include "runtime/job.hpp"

namespace mlabel {

struct LabelFacts {
  /// A value of one layer and a value of a later layer.
  using Pair = std::tuple<int64_t, int64_t, int64_t, int64_t>;

  /// For each layer: value but 0 → number of voxels.
  std::vector<std::map<int64_t, int64_t>> layers;
  /// Voxels that two values of different layers share.
  std::map<Pair, int64_t> overlaps;
  Placement placement;
  /// Values that nearest neighbour leaves without a voxel on the image's grid.
  std::vector<int64_t> vanished;
};

/// Reads the whole label, and of its image the header. Throws what readLabel throws; UnfitLabel where it does not lie on
/// the image, and for more than 1000 different values, which no label has.
LabelFacts labelFacts(const std::string& label, const std::string& image, const JobContext& context = {});

}  // namespace mlabel
