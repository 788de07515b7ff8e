// A label file as it is used: one layer, on the grid of its image, with values that mean something there.
#pragma once

#include <optional>
#include <string>

#include "image/volume.hpp"
#include "labels/label_values.hpp"
#include "runtime/job.hpp"

namespace mlabel {

/// [1, I, J, K] (uint8 or int32) on the grid of `image`, whose affine and header the volume carries. `values` says what
/// becomes of each value, others are 0; without it values stay as they are and the file must have one layer.
/// Throws what readLabel, placementOf and mergeLayers throw.
Volume placedLabel(const std::string& label, const std::string& image, const std::optional<LabelValues>& values,
                   const JobContext& context = {});

}  // namespace mlabel
