// A seeded abdominal CT with its labels: what tests, benchmarks and the sample data train on, where no patient is needed.
#pragma once

#include <cstdint>

#include "image/volume.hpp"
#include "runtime/job.hpp"

namespace mlabel {

struct AbdomenPhantom {
  /// [1, I, J, K], Hounsfield units, whole numbers, float32.
  Volume image;
  /// [1, I, J, K], values of `Organ` (phantom/anatomy.hpp), uint8, the same grid.
  Volume label;
};

/// The same seed gives the same voxels. Anatomy, contrast phase, noise (12–20 HU), spacing (in plane 2–3 mm, slices
/// 2.5–5 mm), orientation of the axes and, for every third seed or so, an oblique grid follow from it.
AbdomenPhantom makeAbdomenPhantom(uint32_t seed, const JobContext& context = {});

}  // namespace mlabel
