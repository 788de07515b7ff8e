#include "image/voxel_type.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

namespace mlabel {
namespace {

static_assert(std::endian::native == std::endian::little, "files are written as they lie in memory");

constexpr std::array<const char*, 10> names{"int8",   "uint8", "int16",  "uint16",  "int32",
                                            "uint32", "int64", "uint64", "float32", "float64"};

template <size_t size>
using UnsignedOf =
    std::conditional_t<size == 1, uint8_t,
                       std::conditional_t<size == 2, uint16_t, std::conditional_t<size == 4, uint32_t, uint64_t>>>;

template <class T, bool swap>
T load(const char* at) {
  UnsignedOf<sizeof(T)> bits;
  std::memcpy(&bits, at, sizeof bits);
  if constexpr (swap && sizeof(T) == 2) bits = __builtin_bswap16(bits);
  if constexpr (swap && sizeof(T) == 4) bits = __builtin_bswap32(bits);
  if constexpr (swap && sizeof(T) == 8) bits = __builtin_bswap64(bits);
  return std::bit_cast<T>(bits);
}

template <class T, bool swap>
void toFloats(const char* stored, Scaling scaling, size_t count, float* voxels) {
  if (scaling.identity()) {
    for (size_t i = 0; i < count; ++i) voxels[i] = static_cast<float>(load<T, swap>(stored + i * sizeof(T)));
  } else {
    for (size_t i = 0; i < count; ++i) {
      const double value = static_cast<double>(load<T, swap>(stored + i * sizeof(T)));
      voxels[i] = static_cast<float>(value * scaling.slope + scaling.intercept);
    }
  }
}

/// The symmetric range, so that a sign never overflows.
constexpr int32_t largestWhole = std::numeric_limits<int32_t>::max();

template <class T, bool swap>
size_t toWholes(const char* stored, Scaling scaling, size_t count, int32_t* voxels) {
  bool sound = true;
  const auto convert = [&](size_t i) {
    const T value = load<T, swap>(stored + i * sizeof(T));
    if constexpr (std::is_integral_v<T>) {
      if (scaling.identity()) {
        voxels[i] = static_cast<int32_t>(value);
        return std::in_range<int32_t>(value) && voxels[i] >= -largestWhole;
      }
    }
    constexpr double tolerance = 1e-3;
    const double scaled = static_cast<double>(value) * scaling.slope + scaling.intercept;
    const double whole = std::nearbyint(scaled);
    const bool fits = std::abs(scaled - whole) <= tolerance && std::abs(whole) <= largestWhole;
    voxels[i] = fits ? static_cast<int32_t>(whole) : 0;
    return fits;
  };
  for (size_t i = 0; i < count; ++i) sound &= convert(i);
  size_t first = sound ? count : 0;
  while (first < count && convert(first)) ++first;
  return first;
}

template <class T>
size_t fromDoubles(const double* voxels, size_t count, T* stored) {
  if constexpr (std::is_floating_point_v<T>) {
    for (size_t i = 0; i < count; ++i) stored[i] = static_cast<T>(voxels[i]);
    return count;
  } else {
    // The largest 64-bit integers have no double; the power of two above them has.
    constexpr double beyond = static_cast<double>(std::numeric_limits<T>::max() / 2 + 1) * 2;
    constexpr double lowest = static_cast<double>(std::numeric_limits<T>::min());
    for (size_t i = 0; i < count; ++i) {
      const double whole = std::nearbyint(voxels[i]);
      if (!(whole >= lowest && whole < beyond)) return i;
      stored[i] = static_cast<T>(whole);
    }
    return count;
  }
}

}  // namespace

size_t bytesOf(VoxelType type) {
  return withVoxelType(type, [](auto value) { return sizeof value; });
}

const char* nameOf(VoxelType type) { return names[static_cast<size_t>(type)]; }

std::optional<VoxelType> voxelTypeOf(const std::string& name) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (name == names[i]) return static_cast<VoxelType>(i);
  }
  return std::nullopt;
}

void toFloat(const void* stored, VoxelType type, bool swap, Scaling scaling, size_t count, float* voxels) {
  const char* bytes = static_cast<const char*>(stored);
  withVoxelType(type, [&](auto value) {
    using T = decltype(value);
    if (swap)
      toFloats<T, true>(bytes, scaling, count, voxels);
    else
      toFloats<T, false>(bytes, scaling, count, voxels);
  });
}

size_t toWhole(const void* stored, VoxelType type, bool swap, Scaling scaling, size_t count, int32_t* voxels) {
  const char* bytes = static_cast<const char*>(stored);
  return withVoxelType(type, [&](auto value) {
    using T = decltype(value);
    return swap ? toWholes<T, true>(bytes, scaling, count, voxels) : toWholes<T, false>(bytes, scaling, count, voxels);
  });
}

double valueAt(const void* stored, VoxelType type, bool swap, Scaling scaling, size_t index) {
  return withVoxelType(type, [&](auto value) {
    using T = decltype(value);
    const char* at = static_cast<const char*>(stored) + index * sizeof(T);
    return static_cast<double>(swap ? load<T, true>(at) : load<T, false>(at)) * scaling.slope + scaling.intercept;
  });
}

size_t fromDouble(const double* voxels, VoxelType type, size_t count, void* stored) {
  return withVoxelType(type,
                       [&](auto value) { return fromDoubles(voxels, count, static_cast<decltype(value)*>(stored)); });
}

}  // namespace mlabel
