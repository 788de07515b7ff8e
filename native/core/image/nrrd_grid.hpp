// Which axes of an NRRD file lie in space, and where; as ITK has it.
#pragma once

#include <string>

#include "image/nifti.hpp"
#include "image/nrrd_fields.hpp"

namespace mlabel {

/// Sets shape, dimensions, channels, affine and placed of the header and channelFirst of the layout.
///
/// The channel axis is the one without a direction, or whose kind is neither domain nor space, or, of four, whose spacing
/// is NaN, else the fourth. Spaces with a name of their own for L, P, S are turned to RAS, others count as LPS. Without
/// directions the axes are those of LPS; `axis mins` and `centers` then say where the first voxel lies.
/// Throws InvalidFile; Unsupported for more axes, a channel axis in the middle and several points in time.
void readNrrdGrid(const NrrdFields& fields, ParsedHeader& parsed, const std::string& path);

/// Whether `space`, `space directions` and `space origin` are there and have three dimensions.
bool hasSpaceOfThree(const NrrdFields& fields);

}  // namespace mlabel
