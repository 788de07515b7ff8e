#include "image/nifti.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "image/invalid_file.hpp"
#include "image/nifti_fields.hpp"
#include "image/nifti_position.hpp"
#include "runtime/error.hpp"

namespace mlabel {
namespace {

struct TypeCode {
  int16_t code;
  VoxelType type;
};
constexpr std::array<TypeCode, 10> typeCodes{{{2, VoxelType::UInt8},
                                              {4, VoxelType::Int16},
                                              {8, VoxelType::Int32},
                                              {16, VoxelType::Float32},
                                              {64, VoxelType::Float64},
                                              {256, VoxelType::Int8},
                                              {512, VoxelType::UInt16},
                                              {768, VoxelType::UInt32},
                                              {1024, VoxelType::Int64},
                                              {1280, VoxelType::UInt64}}};

void readShape(NiftiFields& f, ImageHeader& header, const std::string& path) {
  const int64_t rank = f.dim[0];
  if (rank < 2 || rank > 7) invalidFile(path, "has " + std::to_string(rank) + " dimensions; 2 to 4 can be read");
  for (size_t a = 1; a <= static_cast<size_t>(rank); ++a) {
    if (a > 2 && f.dim[a] == 0)
      f.dim[a] = 1;  // as the NIfTI library has it: some writers leave what they do not use empty
    if (f.dim[a] < 1)
      invalidFile(path, "says that axis " + std::to_string(a) + " has " + std::to_string(f.dim[a]) + " voxels");
  }
  for (size_t a = static_cast<size_t>(rank) + 1; a < 8; ++a) f.dim[a] = 1;
  // A vector image has its channels on the fifth axis and a fourth of one.
  if (f.dim[6] != 1 || f.dim[7] != 1 || (f.dim[5] != 1 && f.dim[4] != 1)) {
    throw Error(ErrorCode::Unsupported, path + ": an image of more than four dimensions cannot be read");
  }
  header.shape = {f.dim[1], f.dim[2], f.dim[3]};
  header.dimensions = rank == 2 ? 2 : 3;
  header.channels = f.dim[4] * f.dim[5];
}

}  // namespace

size_t niftiHeaderSize(const unsigned char* firstFourBytes) {
  int32_t size;
  std::memcpy(&size, firstFourBytes, sizeof size);
  for (const int32_t announced : {size, bytesSwapped(size)}) {
    if (announced == nifti1Size || announced == nifti2Size) return static_cast<size_t>(announced);
  }
  return 0;
}

ParsedHeader parseNifti(const std::vector<char>& bytes, const std::string& path) {
  const bool second = bytes.size() == nifti2Size;
  const char* magic = bytes.data() + (second ? 4 : 344);
  if (std::memcmp(magic, second ? "ni2" : "ni1", 4) == 0) {
    throw Error(ErrorCode::Unsupported,
                path + ": a header with its voxels in another file (.hdr and .img) cannot be read");
  }
  if (std::memcmp(magic, second ? "n+2" : "n+1", 4) != 0) invalidFile(path, "is not a NIfTI file");

  ParsedHeader parsed;
  ImageHeader& header = parsed.header;
  int32_t size;
  std::memcpy(&size, bytes.data(), sizeof size);
  header.bigEndian = parsed.layout.swap = size != static_cast<int32_t>(bytes.size());
  header.format = second ? ImageFormat::Nifti2 : ImageFormat::Nifti1;
  header.raw = bytes;

  NiftiFields f = readNiftiFields(bytes, parsed.layout.swap);

  readShape(f, header, path);
  const auto known = std::find_if(typeCodes.begin(), typeCodes.end(), [&](TypeCode t) { return t.code == f.datatype; });
  if (known == typeCodes.end()) {
    throw Error(ErrorCode::Unsupported, path + ": voxels of NIfTI type " + std::to_string(f.datatype) +
                                            " (complex, colour or unknown) cannot be read");
  }
  parsed.layout.type = known->type;
  header.dtype = nameOf(known->type);
  if (!(f.voxOffset >= 0 && f.voxOffset < 1e9))
    invalidFile(path, "says that its voxels begin at byte " + std::to_string(f.voxOffset));
  parsed.layout.offset = std::max<uint64_t>(static_cast<uint64_t>(f.voxOffset), bytes.size());
  if (std::isfinite(f.slope) && f.slope != 0) {
    header.slope = f.slope;
    header.intercept = std::isfinite(f.intercept) ? f.intercept : 0;
  }
  setPosition(header, f);
  return parsed;
}

std::vector<char> makeNiftiHeader(const Volume& volume, VoxelType type, ImageFormat version) {
  const ImageHeader& source = volume.header;
  const bool second = version == ImageFormat::Nifti2;
  const bool fromNifti = source.raw.size() == nifti1Size || source.raw.size() == nifti2Size;

  NiftiFields f;
  if (fromNifti && source.format != ImageFormat::Nrrd) f = readNiftiFields(source.raw, source.bigEndian);
  const auto sizes = volume.data.sizes();
  const int64_t channels = sizes[0];
  const int64_t rank = channels > 1 ? 4 : source.dimensions;
  f.dim = {rank, sizes[1], sizes[2], sizes[3], channels, 1, 1, 1};
  // The same fields can mean another place in a file of another shape or rank.
  ImageHeader again;
  again.format = version;
  again.shape = {sizes[1], sizes[2], sizes[3]};
  again.dimensions = source.dimensions;
  setPosition(again, f);
  if (!(again.affine == volume.affine)) setPositionFields(f, volume.affine);
  if (!second && *std::max_element(f.dim.begin(), f.dim.end()) > INT16_MAX) {
    throw Error(ErrorCode::Unsupported, "an axis of more than 32767 voxels does not fit a NIfTI-1 file");
  }
  f.datatype = std::find_if(typeCodes.begin(), typeCodes.end(), [&](TypeCode t) { return t.type == type; })->code;
  f.slope = 1;
  f.intercept = 0;
  std::vector<char> bytes(second ? nifti2Size : nifti1Size);
  f.voxOffset = static_cast<double>(bytes.size() + 4);

  const int32_t size = static_cast<int32_t>(bytes.size());
  std::memcpy(bytes.data(), &size, sizeof size);
  std::memcpy(bytes.data() + (second ? 4 : 344), second ? "n+2\0\r\n\032\n" : "n+1\0", second ? 8 : 4);
  int16_t bits = static_cast<int16_t>(bytesOf(type) * 8);
  std::memcpy(bytes.data() + (second ? 14 : 72), &bits, sizeof bits);
  writeNiftiFields(bytes, f);
  return bytes;
}

}  // namespace mlabel
