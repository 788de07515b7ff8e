#include "image/nifti.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "image/quaternion.hpp"
#include "runtime/error.hpp"

namespace mlabel {
namespace {

constexpr size_t size1 = 348;
constexpr size_t size2 = 540;

/// The fields that we read and write, wide enough for both versions; widening a float keeps its bits.
struct Fields {
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

template <class T>
T swapped(T value) {
  auto bytes = std::bit_cast<std::array<char, sizeof(T)>>(value);
  std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<T>(bytes);
}

/// Walks over a header's fields by offset, either way: one description serves reading and writing.
class Cursor {
 public:
  Cursor(std::vector<char>& bytes, bool swap, bool writing) : bytes_(bytes), swap_(swap), writing_(writing) {}

  /// The field at `offset` has type `Stored` in the file.
  template <class Stored, class Value>
  void field(size_t offset, Value& value) {
    Stored stored;
    if (writing_) {
      stored = static_cast<Stored>(value);
      std::memcpy(bytes_.data() + offset, &stored, sizeof stored);
    } else {
      std::memcpy(&stored, bytes_.data() + offset, sizeof stored);
      value = static_cast<Value>(swap_ ? swapped(stored) : stored);
    }
  }

  template <class Stored, class Value, size_t count>
  void fields(size_t offset, std::array<Value, count>& values) {
    for (size_t i = 0; i < count; ++i) field<Stored>(offset + i * sizeof(Stored), values[i]);
  }

 private:
  std::vector<char>& bytes_;
  bool swap_;
  bool writing_;
};

void visit1(Cursor cursor, Fields& f) {
  cursor.fields<int16_t>(40, f.dim);
  cursor.field<int16_t>(70, f.datatype);
  cursor.fields<float>(76, f.pixdim);
  cursor.field<float>(108, f.voxOffset);
  cursor.field<float>(112, f.slope);
  cursor.field<float>(116, f.intercept);
  cursor.field<int8_t>(123, f.units);
  cursor.field<int16_t>(252, f.qformCode);
  cursor.field<int16_t>(254, f.sformCode);
  cursor.fields<float>(256, f.quatern);
  cursor.fields<float>(280, f.srow);
}

void visit2(Cursor cursor, Fields& f) {
  cursor.field<int16_t>(12, f.datatype);
  cursor.fields<int64_t>(16, f.dim);
  cursor.fields<double>(104, f.pixdim);
  int64_t offset = static_cast<int64_t>(f.voxOffset);
  cursor.field<int64_t>(168, offset);
  f.voxOffset = static_cast<double>(offset);
  cursor.field<double>(176, f.slope);
  cursor.field<double>(184, f.intercept);
  cursor.field<int32_t>(344, f.qformCode);
  cursor.field<int32_t>(348, f.sformCode);
  cursor.fields<double>(352, f.quatern);
  cursor.fields<double>(400, f.srow);
  cursor.field<int32_t>(500, f.units);
}

[[noreturn]] void invalid(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::InvalidFile, path + ": " + what);
}

Affine sform(const Fields& f) {
  Affine affine;
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 4; ++c) affine(r, c) = f.srow[static_cast<size_t>(4 * r + c)];
  }
  return affine;
}

Vector3 zooms(const Fields& f) { return {std::abs(f.pixdim[1]), std::abs(f.pixdim[2]), std::abs(f.pixdim[3])}; }

Affine qform(const Fields& f) {
  const double handedness = f.pixdim[0] == -1 ? -1 : 1;
  return affineOfQuaternion({f.quatern[0], f.quatern[1], f.quatern[2]}, zooms(f), handedness,
                            {f.quatern[3], f.quatern[4], f.quatern[5]});
}

Affine baseAffine(const Fields& f, const Shape3& shape) {
  Affine affine;
  Vector3 zoom = zooms(f);
  if (f.dim[0] == 2) zoom[2] = 1;
  for (int a = 0; a < 3; ++a) {
    const double step = a == 0 ? -zoom[0] : zoom[static_cast<size_t>(a)];
    affine(a, a) = step;
    affine(a, 3) = -step * static_cast<double>(shape[static_cast<size_t>(a)] - 1) / 2;
  }
  return affine;
}

/// MONAI's affine_to_spacing over the axes that the file has, against the zooms with numpy.allclose.
bool agrees(const Affine& affine, const Fields& f) {
  const Vector3 zoom = zooms(f);
  const int rank = static_cast<int>(f.dim[0]);
  for (int column = 0; column < rank; ++column) {
    double sum = 0;
    for (int row = 0; row < rank; ++row) sum += affine(row, column) * affine(row, column);
    const double step = std::sqrt(sum);
    if (!(std::abs(zoom[static_cast<size_t>(column)] - step) <= 1e-8 + 1e-5 * step)) return false;
  }
  return true;
}

/// The qform as it is after being stored as the sform of its file.
Affine qformAsSform(const Fields& f, bool second) {
  Affine affine = qform(f);
  if (second) return affine;
  for (auto& row : affine.m) {
    for (double& value : row) value = static_cast<float>(value);
  }
  return affine;
}

/// nibabel's choice with MONAI's correct_nifti_header_if_necessary: a sform that contradicts the zooms gives way to a
/// qform that agrees with them. In 4-D files MONAI compares the offset too, so that neither ever agrees.
Affine affineOf(const Fields& f, const Shape3& shape, bool second) {
  if (f.sformCode != 0) {
    const Affine s = sform(f);
    return f.dim[0] < 4 && !agrees(s, f) && agrees(qform(f), f) ? qformAsSform(f, second) : s;
  }
  return f.qformCode != 0 ? qform(f) : baseAffine(f, shape);
}

/// A 2-D image may leave its third direction empty: it gets the normal of its plane.
void completePlane(Affine& affine) {
  const Vector3 step = affine.spacing();
  if (step[2] != 0) return;
  for (int row = 0; row < 3; ++row) {
    const int next = (row + 1) % 3, last = (row + 2) % 3;
    affine(row, 2) = (affine(next, 0) * affine(last, 1) - affine(last, 0) * affine(next, 1)) / (step[0] * step[1]);
  }
}

void readShape(Fields& f, ImageHeader& header, const std::string& path) {
  const int64_t rank = f.dim[0];
  if (rank < 2 || rank > 7) invalid(path, "has " + std::to_string(rank) + " dimensions; 2 to 4 can be read");
  for (size_t a = 1; a <= static_cast<size_t>(rank); ++a) {
    if (f.dim[a] < 1) invalid(path, "says that axis " + std::to_string(a) + " has " + std::to_string(f.dim[a]) + " voxels");
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

void setGeometry(Fields& f, const Affine& affine) {
  const Vector3 spacing = affine.spacing();
  f.sformCode = 1;
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 4; ++c) f.srow[static_cast<size_t>(4 * r + c)] = affine(r, c);
    f.pixdim[static_cast<size_t>(r + 1)] = spacing[static_cast<size_t>(r)];
    f.quatern[static_cast<size_t>(r + 3)] = affine(r, 3);
  }
  const Quaternion q = quaternionOf(affine);
  f.qformCode = q.exact ? 1 : 0;  // a sheared affine has no quaternion
  f.pixdim[0] = q.handedness;
  std::copy(q.bcd.begin(), q.bcd.end(), f.quatern.begin());
  f.units = 2;  // millimetres
}

}  // namespace

size_t niftiHeaderSize(const unsigned char* firstFourBytes) {
  int32_t size;
  std::memcpy(&size, firstFourBytes, sizeof size);
  for (const int32_t announced : {size, swapped(size)}) {
    if (announced == size1 || announced == size2) return static_cast<size_t>(announced);
  }
  return 0;
}

ParsedHeader parseNifti(const std::vector<char>& bytes, const std::string& path) {
  const bool second = bytes.size() == size2;
  const char* magic = bytes.data() + (second ? 4 : 344);
  if (std::memcmp(magic, second ? "ni2" : "ni1", 4) == 0) {
    throw Error(ErrorCode::Unsupported, path + ": a header with its voxels in another file (.hdr and .img) cannot be read");
  }
  if (std::memcmp(magic, second ? "n+2" : "n+1", 4) != 0) invalid(path, "is not a NIfTI file");

  ParsedHeader parsed;
  ImageHeader& header = parsed.header;
  int32_t size;
  std::memcpy(&size, bytes.data(), sizeof size);
  header.bigEndian = parsed.layout.swap = size != static_cast<int32_t>(bytes.size());
  header.format = second ? ImageFormat::Nifti2 : ImageFormat::Nifti1;
  header.raw = bytes;

  Fields f;
  Cursor cursor(header.raw, parsed.layout.swap, false);
  second ? visit2(cursor, f) : visit1(cursor, f);

  readShape(f, header, path);
  const auto known = std::find_if(typeCodes.begin(), typeCodes.end(), [&](TypeCode t) { return t.code == f.datatype; });
  if (known == typeCodes.end()) {
    throw Error(ErrorCode::Unsupported,
                path + ": voxels of NIfTI type " + std::to_string(f.datatype) + " (complex, colour or unknown) cannot be read");
  }
  parsed.layout.type = known->type;
  header.dtype = nameOf(known->type);
  if (!(f.voxOffset >= 0 && f.voxOffset < 1e9)) invalid(path, "says that its voxels begin at byte " + std::to_string(f.voxOffset));
  parsed.layout.offset = std::max<uint64_t>(static_cast<uint64_t>(f.voxOffset), bytes.size());
  if (std::isfinite(f.slope) && f.slope != 0) {
    header.slope = f.slope;
    header.intercept = std::isfinite(f.intercept) ? f.intercept : 0;
  }
  for (size_t a = 1; a <= 3; ++a) {
    if (f.pixdim[a] == 0) f.pixdim[a] = 1;
  }
  header.affine = affineOf(f, header.shape, second);
  if (header.dimensions == 2) completePlane(header.affine);
  return parsed;
}

std::vector<char> makeNiftiHeader(const Volume& volume, VoxelType type, ImageFormat version) {
  const ImageHeader& source = volume.header;
  const bool second = version == ImageFormat::Nifti2;
  const bool fromNifti = source.raw.size() == size1 || source.raw.size() == size2;

  Fields f;
  if (fromNifti && source.format != ImageFormat::Nrrd && source.affine == volume.affine) {
    std::vector<char> raw = source.raw;
    Cursor cursor(raw, source.bigEndian, false);
    source.format == ImageFormat::Nifti2 ? visit2(cursor, f) : visit1(cursor, f);
  } else {
    setGeometry(f, volume.affine);
  }

  const auto sizes = volume.data.sizes();
  const int64_t channels = sizes[0];
  const int64_t rank = channels > 1 ? 4 : source.dimensions;
  f.dim = {rank, sizes[1], sizes[2], sizes[3], channels, 1, 1, 1};
  if (!second && *std::max_element(f.dim.begin(), f.dim.end()) > INT16_MAX) {
    throw Error(ErrorCode::Unsupported, "an axis of more than 32767 voxels does not fit a NIfTI-1 file");
  }
  f.datatype = std::find_if(typeCodes.begin(), typeCodes.end(), [&](TypeCode t) { return t.type == type; })->code;
  f.slope = 1;
  f.intercept = 0;
  std::vector<char> bytes(second ? size2 : size1);
  f.voxOffset = static_cast<double>(bytes.size() + 4);

  const int32_t size = static_cast<int32_t>(bytes.size());
  std::memcpy(bytes.data(), &size, sizeof size);
  std::memcpy(bytes.data() + (second ? 4 : 344), second ? "n+2\0\r\n\032\n" : "n+1\0", second ? 8 : 4);
  int16_t bits = static_cast<int16_t>(bytesOf(type) * 8);
  std::memcpy(bytes.data() + (second ? 14 : 72), &bits, sizeof bits);
  Cursor cursor(bytes, false, true);
  second ? visit2(cursor, f) : visit1(cursor, f);
  return bytes;
}

}  // namespace mlabel
