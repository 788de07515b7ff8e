// Labels as they are: whole numbers, exactly, whatever type a file stores them in.
#pragma once

#include <functional>
#include <string>

#include "image/image_file.hpp"

namespace mlabel {

/// Reads a label as [L, I, J, K] with strides in file order, L being its channel axis (layers): uint8 where the file has
/// uint8 without scaling, else int32. Slope and intercept are applied. Throws what readImage throws; UnfitLabel, with the
/// first such voxel, where a value is no whole number (within 1e-3) or lies beyond ±(2^31 - 1).
Volume readLabel(const std::string& path, const JobContext& context = {}, const ReadLimits& limits = {});

/// Takes `count` values; `first` is the place among all values of the first one.
using TakeLabels = std::function<void(const int32_t* values, size_t count, uint64_t first)>;

/// The same values without the memory for them, in file order: calls `take`, one call after another on other threads.
ImageHeader streamLabel(const std::string& path, const TakeLabels& take, const JobContext& context = {},
                        const ReadLimits& limits = {});

}  // namespace mlabel
