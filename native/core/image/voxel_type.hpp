// The numeric types of voxels on disk, and turning them into floats and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace mlabel {

enum class VoxelType { Int8, UInt8, Int16, UInt16, Int32, UInt32, Int64, UInt64, Float32, Float64 };

/// Calls `action` with a value of the C++ type that stands for `type`.
template <class Action>
decltype(auto) withVoxelType(VoxelType type, Action&& action) {
  switch (type) {
    case VoxelType::Int8: return action(int8_t{});
    case VoxelType::UInt8: return action(uint8_t{});
    case VoxelType::Int16: return action(int16_t{});
    case VoxelType::UInt16: return action(uint16_t{});
    case VoxelType::Int32: return action(int32_t{});
    case VoxelType::UInt32: return action(uint32_t{});
    case VoxelType::Int64: return action(int64_t{});
    case VoxelType::UInt64: return action(uint64_t{});
    case VoxelType::Float32: return action(float{});
    case VoxelType::Float64: break;
  }
  return action(double{});
}

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

/// Turns `count` doubles into stored values, little endian; for integer types they are rounded half to even. Returns the
/// index of the first value that the type cannot hold (NaN is such for an integer type), `count` when there is none.
size_t fromDouble(const double* voxels, VoxelType type, size_t count, void* stored);

}  // namespace mlabel
