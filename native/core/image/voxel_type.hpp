// The numeric types of voxels on disk, and turning them into floats and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace mlabel {

enum class VoxelType { Int8, UInt8, Int16, UInt16, Int32, UInt32, Int64, UInt64, Float32, Float64 };

size_t bytesOf(VoxelType type);

/// numpy's name, "int16".
const char* nameOf(VoxelType type);
/// Nothing for a name that is none of them.
std::optional<VoxelType> voxelTypeOf(const std::string& name);

/// How a stored value becomes a voxel: (float) (value * slope + intercept), in double as nibabel does.
struct Scaling {
  double slope = 1;
  double intercept = 0;
  bool identity() const { return slope == 1 && intercept == 0; }
};

/// Turns `count` stored values into floats. `swap`: the bytes are in the other order than this machine's.
void toFloat(const void* stored, VoxelType type, bool swap, Scaling scaling, size_t count, float* voxels);

/// Turns `count` stored values into whole numbers, exactly; what lies within 1e-3 of one counts as it. Returns the index
/// of the first value that is none or does not fit, `count` when there is no such value.
size_t toWhole(const void* stored, VoxelType type, bool swap, Scaling scaling, size_t count, int32_t* voxels);

/// The value at `index`, scaled.
double valueAt(const void* stored, VoxelType type, bool swap, Scaling scaling, size_t index);

/// Turns `count` doubles into stored values, little endian: integers are rounded half to even and clamped, NaN is 0.
void fromDouble(const double* voxels, VoxelType type, size_t count, void* stored);

}  // namespace mlabel
