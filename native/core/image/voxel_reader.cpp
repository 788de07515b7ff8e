#include "image/voxel_reader.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <future>

#include "image/invalid_file.hpp"
#include "image/nrrd.hpp"
#include "image/text_voxels.hpp"
#include "runtime/main_memory.hpp"

namespace mlabel {
namespace {

/// Stored bytes that are taken at once.
constexpr size_t chunkBytes = 1 << 20;

/// How often the largest image may be read from a file, as float32: voxels of eight bytes or spelt out, and what lies before
/// them. An upload of some megabytes can be inflated for hours.
constexpr uint64_t mostRead = 4;

uint64_t product(std::initializer_list<int64_t> factors, const std::string& path) {
  uint64_t total = 1;
  for (const int64_t factor : factors) {
    if (__builtin_mul_overflow(total, static_cast<uint64_t>(factor), &total))
      invalidFile(path, "says a size beyond all memory");
  }
  return total;
}

uint64_t voxelCount(const ImageHeader& header, const std::string& path) {
  return product({header.shape[0], header.shape[1], header.shape[2], header.channels}, path);
}

uint64_t storedBytes(const ParsedHeader& parsed, const std::string& path) {
  return product(
      {static_cast<int64_t>(voxelCount(parsed.header, path)), static_cast<int64_t>(bytesOf(parsed.layout.type))}, path);
}

/// The fewest bytes of the file that can hold the voxels.
uint64_t leastBytes(const ParsedHeader& parsed, const std::string& path) {
  switch (parsed.layout.encoding) {
    case VoxelEncoding::Text: return product({static_cast<int64_t>(voxelCount(parsed.header, path)), 2}, path) - 1;
    case VoxelEncoding::Hex: return product({static_cast<int64_t>(storedBytes(parsed, path)), 2}, path);
    default: return storedBytes(parsed, path);
  }
}

/// Everything that can be known to be wrong before memory is asked for.
void checkSizes(const ParsedHeader& parsed, const ByteSource& source, const std::string& path,
                const ReadLimits& limits) {
  const uint64_t count = voxelCount(parsed.header, path);
  const uint64_t decoded = product({static_cast<int64_t>(std::min<uint64_t>(count, INT64_MAX)), 4}, path);
  const uint64_t least = leastBytes(parsed, path);
  if (decoded > static_cast<uint64_t>(limits.maxBytes)) {
    throw Error(ErrorCode::TooLarge, path + ": " + std::to_string(decoded >> 20) +
                                         " MiB of voxels are beyond the limit of " +
                                         std::to_string(limits.maxBytes >> 20) + " MiB");
  }
  if (least > source.largestRest()) {
    invalidFile(path, "is too short: its header promises " + std::to_string(least) +
                          " bytes of voxels, which a file of " + std::to_string(source.fileSize()) +
                          " bytes cannot hold");
  }
}

void checkAffine(const Affine& affine, const std::string& path) {
  try {
    affine.inverse();
  } catch (const Error&) {
    invalidFile(path, "has a position in space that is not finite or has no inverse");
  }
}

/// Lines are a header of another program.
void skipLines(int64_t lines, ByteSource& source, const std::string& path) {
  constexpr size_t most = size_t{1} << 20;
  size_t passed = 0;
  for (char c = 0; lines > 0; lines -= c == '\n') {
    if (source.read(&c, 1) == 0) invalidFile(path, "ends before its voxels begin");
    if (++passed > most) invalidFile(path, "has more than 1 MiB in the lines to skip before its voxels");
  }
}

void skipBefore(const ParsedHeader& parsed, ByteSource& source, const std::string& path) {
  const VoxelLayout& layout = parsed.layout;
  skipLines(layout.lineSkip, source, path);
  if (layout.encoding == VoxelEncoding::Gzip) source.inflateRest();
  auto skip = static_cast<uint64_t>(layout.byteSkip);
  if (layout.byteSkip < 0) {
    const uint64_t rest = source.largestRest();
    skip = rest - std::min(rest, storedBytes(parsed, path));
  }
  if (source.skip(skip) != skip) invalidFile(path, "ends before its voxels begin");
}

/// Reads the header; `source` stands at the voxels afterwards.
ParsedHeader openImage(ByteSource& source, const std::string& path, const ReadLimits& limits) {
  char start[4];
  const bool compressed = source.inflating();
  if (source.read(start, sizeof start) != sizeof start)
    invalidFile(path, "is not an image: it has fewer than four bytes");
  ParsedHeader parsed;
  if (isNrrd(start)) {
    parsed = readNrrdHeader(source, path);
    skipBefore(parsed, source, path);
  } else {
    const size_t size = niftiHeaderSize(reinterpret_cast<const unsigned char*>(start));
    if (size == 0) invalidFile(path, "is neither NIfTI nor NRRD");
    std::vector<char> bytes(size);
    std::memcpy(bytes.data(), start, sizeof start);
    if (source.read(bytes.data() + sizeof start, size - sizeof start) != size - sizeof start)
      invalidFile(path, "ends within its header");
    parsed = parseNifti(bytes, path);
    parsed.header.compressed = compressed;
    const uint64_t gap = parsed.layout.offset - size;
    if (source.skip(gap) != gap) invalidFile(path, "ends before its voxels begin");
  }
  checkSizes(parsed, source, path, limits);
  checkAffine(parsed.header.affine, path);
  return parsed;
}

}  // namespace

VoxelReader::VoxelReader(const std::string& path, const JobContext& context, const ReadLimits& limits)
    : path_(path),
      source_(path, context, mostRead * static_cast<uint64_t>(limits.maxBytes)),
      parsed_(openImage(source_, path, limits)),
      count_(voxelCount(parsed_.header, path)) {}

std::string VoxelReader::nameOfVoxel(uint64_t place) const {
  const auto channels = static_cast<uint64_t>(header().channels);
  uint64_t channel = 0;
  if (layout().channelFirst) {
    channel = place % channels;
    place /= channels;
  }
  std::string name = "[";
  for (size_t axis = 0; axis < 3; ++axis) {
    const auto size = static_cast<uint64_t>(header().shape[axis]);
    name += (axis == 0 ? "" : ", ") + std::to_string(place % size);
    place /= size;
  }
  if (!layout().channelFirst) channel = place;
  return name + "]" + (channels > 1 ? " of channel " + std::to_string(channel) : "");
}

at::Tensor VoxelReader::emptyTensor(at::ScalarType type) const {
  const auto [i, j, k] = header().shape;
  const int64_t channels = header().channels;
  requireMemory(static_cast<int64_t>(count_ * c10::elementSize(type)), path_);
  if (layout().channelFirst) return at::empty({k, j, i, channels}, type).permute({3, 2, 1, 0});
  return at::empty({channels, k, j, i}, type).permute({0, 3, 2, 1});
}

size_t VoxelReader::readStored(char* stored, size_t count, TextVoxels& text) {
  const size_t bytes = bytesOf(layout().type);
  switch (layout().encoding) {
    case VoxelEncoding::Text: return text.readNumbers(stored, layout().type, count) * bytes;
    case VoxelEncoding::Hex: return text.readHex(stored, count * bytes);
    default: return source_.read(stored, count * bytes);
  }
}

void VoxelReader::read(const Take& take) {
  const size_t bytes = bytesOf(layout().type);
  std::array<std::vector<char>, 2> chunks{std::vector<char>(chunkBytes), std::vector<char>(chunkBytes)};
  TextVoxels text(source_, path_);
  std::future<void> taken;
  for (uint64_t done = 0, turn = 0; done < count_; ++turn) {
    char* chunk = chunks[turn % 2].data();
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(count_ - done, chunkBytes / bytes));
    const size_t got = readStored(chunk, wanted, text);
    if (got != wanted * bytes) {
      invalidFile(path_,
                  "is truncated: " + std::to_string((count_ - done) * bytes - got) + " bytes of voxels are missing");
    }
    if (taken.valid()) taken.get();
    taken = std::async(std::launch::async, [&take, chunk, wanted, done] { take(chunk, wanted, done); });
    done += wanted;
  }
  taken.get();
  source_.checkEnd();
}

}  // namespace mlabel
