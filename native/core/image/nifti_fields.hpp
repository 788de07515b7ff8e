// The fields of NIfTI-1 and NIfTI-2 headers that we read and write, by their offsets.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mlabel {

constexpr size_t nifti1Size = 348;
constexpr size_t nifti2Size = 540;

/// Wide enough for both versions; widening a float keeps its bits.
struct NiftiFields {
  std::array<int64_t, 8> dim{};
  int16_t datatype = 0;
  std::array<double, 8> pixdim{};
  double voxOffset = 0;
  double slope = 0;
  double intercept = 0;
  int32_t qformCode = 0;
  int32_t sformCode = 0;
  std::array<double, 6> quatern{};  // b, c, d, then the three offsets
  std::array<double, 12> srow{};
  int32_t units = 0;
};

/// `bytes` is a whole header: its size says the version. `swap`: it is in the other byte order than this machine's.
NiftiFields readNiftiFields(const std::vector<char>& bytes, bool swap);

/// Little endian; what is no field of ours stays as it is.
void writeNiftiFields(std::vector<char>& bytes, const NiftiFields& fields);

template <class T>
T bytesSwapped(T value) {
  auto bytes = std::bit_cast<std::array<char, sizeof(T)>>(value);
  std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<T>(bytes);
}

}  // namespace mlabel
