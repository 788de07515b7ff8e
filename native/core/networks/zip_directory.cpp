#include "networks/zip_directory.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string_view>

#include "runtime/error.hpp"

namespace mlabel {
namespace {

/// Sizes of the fixed parts.
constexpr size_t endSize = 22, locatorSize = 20, wideEndSize = 56, entrySize = 46;
constexpr uint32_t endMark = 0x06054b50, locatorMark = 0x07064b50, wideEndMark = 0x06064b50, entryMark = 0x02014b50;
/// A field of 32 bits with this value has 64 bits elsewhere.
constexpr uint64_t elsewhere = std::numeric_limits<uint32_t>::max();
constexpr uint64_t beyond = std::numeric_limits<uint64_t>::max();

[[noreturn]] void damaged(const char* what) {
  throw Error(ErrorCode::InvalidFile, std::string("the weight file is damaged: ") + what);
}

/// The number of `width` bytes at `offset`, little end first.
uint64_t little(std::string_view bytes, size_t offset, size_t width) {
  if (offset + width > bytes.size()) damaged("its directory ends too early");
  uint64_t value = 0;
  for (size_t i = 0; i < width; ++i) value |= uint64_t{static_cast<uint8_t>(bytes[offset + i])} << (8 * i);
  return value;
}

class File {
 public:
  File(const std::string& path, uint64_t size) : path_(path), stream_(path, std::ios::binary), size_(size) {}

  std::string read(uint64_t offset, uint64_t count) {
    if (offset > size_ || count > size_ - offset) damaged("its directory lies outside of it");
    std::string bytes(count, '\0');
    stream_.seekg(static_cast<std::streamoff>(offset));
    stream_.read(bytes.data(), static_cast<std::streamsize>(count));
    if (!stream_) throw Error(ErrorCode::Io, "cannot read " + path_);
    return bytes;
  }

 private:
  const std::string& path_;
  std::ifstream stream_;
  uint64_t size_;
};

struct Directory {
  uint64_t offset = 0;
  uint64_t size = 0;
  uint64_t entries = 0;
};

Directory find(File& file, uint64_t fileSize) {
  // A comment of 64 KiB may follow the end mark, and the last mark counts.
  const uint64_t tailSize = std::min<uint64_t>(fileSize, endSize + 0xffff + locatorSize);
  const std::string tail = file.read(fileSize - tailSize, tailSize);
  if (tail.size() < endSize) damaged("it is too short for an archive");
  size_t at = tail.size() - endSize;
  while (little(tail, at, 4) != endMark) {
    if (at-- == 0) damaged("its directory is missing");
  }
  if (at >= locatorSize && fileSize - tailSize + at >= locatorSize + wideEndSize &&
      little(tail, at - locatorSize, 4) == locatorMark) {
    const std::string end = file.read(little(tail, at - locatorSize + 8, 8), wideEndSize);
    if (little(end, 0, 4) == wideEndMark) return {little(end, 48, 8), little(end, 40, 8), little(end, 32, 8)};
  }
  return {little(tail, at + 16, 4), little(tail, at + 12, 4), little(tail, at + 10, 2)};
}

/// The size that an entry gives in its extra fields, which are pairs of type and length before their content.
uint64_t wideSize(std::string_view extra) {
  while (extra.size() >= 4) {
    const uint64_t type = little(extra, 0, 2), length = little(extra, 2, 2);
    if (type == 1) return little(extra.substr(4, length), 0, 8);
    extra.remove_prefix(std::min<size_t>(extra.size(), 4 + length));
  }
  return elsewhere;
}

}  // namespace

uint64_t promisedBytes(const std::string& path, uint64_t fileSize) {
  // Some hundred bytes a record.
  constexpr uint64_t largest = uint64_t{64} << 20;
  File file(path, fileSize);
  const Directory directory = find(file, fileSize);
  if (directory.size > largest) damaged("its directory is larger than that of any weight file");
  const std::string bytes = file.read(directory.offset, directory.size);
  std::string_view rest = bytes;
  uint64_t total = 0;
  for (uint64_t i = 0; i < directory.entries; ++i) {
    if (little(rest, 0, 4) != entryMark) damaged("its directory lists something else than records");
    const uint64_t name = little(rest, 28, 2), extra = little(rest, 30, 2), comment = little(rest, 32, 2);
    if (rest.size() < entrySize + name + extra + comment) damaged("its directory ends too early");
    uint64_t size = little(rest, 24, 4);
    if (size == elsewhere) size = wideSize(rest.substr(entrySize + name, extra));
    if (__builtin_add_overflow(total, size, &total)) return beyond;
    rest.remove_prefix(entrySize + name + extra + comment);
  }
  return total;
}

}  // namespace mlabel
