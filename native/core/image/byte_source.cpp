#include "image/byte_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "runtime/error.hpp"

namespace mlabel {
namespace {

constexpr size_t bufferSize = 256 * 1024;
constexpr uint64_t largestExpansion = 1032;
constexpr char gzipMagic[] = "\x1f\x8b";

std::string reason() { return std::generic_category().message(errno); }

}  // namespace

struct ByteSource::Inflater {
  z_stream stream{};
  std::vector<unsigned char> buffer = std::vector<unsigned char>(bufferSize);
  bool ended = false;

  Inflater() {
    if (inflateInit2(&stream, 15 + 16) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

ByteSource::ByteSource(const std::string& path, JobContext context, uint64_t most)
    : path_(path), context_(std::move(context)), left_(most) {
  descriptor_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe must not block
  if (descriptor_ < 0) {
    const ErrorCode code = errno == ENOENT || errno == ENOTDIR ? ErrorCode::NotFound : ErrorCode::Io;
    throw Error(code, "cannot open " + path + ": " + reason());
  }
  struct stat status {};
  if (fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(descriptor_);
    descriptor_ = -1;
    throw Error(ErrorCode::InvalidFile, path + " is not a file");
  }
  fileSize_ = static_cast<uint64_t>(status.st_size);
  char magic[2];
  const size_t got = readRaw(magic, sizeof magic);
  ahead_.assign(magic, got);
  if (got == 2 && std::memcmp(magic, gzipMagic, 2) == 0) inflateRest();
}

ByteSource::~ByteSource() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool ByteSource::inflating() const { return inflater_ != nullptr; }

void ByteSource::inflateRest() { inflater_ = std::make_unique<Inflater>(); }

uint64_t ByteSource::largestRest() const {
  if (!inflater_) return fileSize_ - consumed_ + ahead_.size();
  return fileSize_ > UINT64_MAX / largestExpansion ? UINT64_MAX : fileSize_ * largestExpansion;
}

size_t ByteSource::readRaw(void* target, size_t size) {
  char* bytes = static_cast<char*>(target);
  size_t done = std::min(size, ahead_.size());
  std::memcpy(bytes, ahead_.data(), done);
  ahead_.erase(0, done);
  while (done < size) {
    const ssize_t got = ::read(descriptor_, bytes + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(ErrorCode::Io, "cannot read " + path_ + ": " + reason());
    if (got == 0) break;
    done += static_cast<size_t>(got);
    consumed_ += static_cast<uint64_t>(got);
  }
  return done;
}

bool ByteSource::nextMember() {
  // Anything but another member is ignored, as gzip does. The two bytes of its magic may lie on both sides of a refill.
  Inflater& inflater = *inflater_;
  z_stream& stream = inflater.stream;
  if (stream.avail_in < 2) {
    std::copy_n(stream.next_in, stream.avail_in, inflater.buffer.data());
    stream.next_in = inflater.buffer.data();
    stream.avail_in +=
        static_cast<uInt>(readRaw(inflater.buffer.data() + stream.avail_in, inflater.buffer.size() - stream.avail_in));
  }
  return stream.avail_in >= 2 && std::memcmp(stream.next_in, gzipMagic, 2) == 0 && inflateReset(&stream) == Z_OK;
}

size_t ByteSource::read(void* target, size_t size) {
  context_.check();
  const size_t got = inflater_ ? readInflated(target, size) : readRaw(target, size);
  if (got > left_) throw Error(ErrorCode::TooLarge, path_ + ": more comes out of it than an image can be large");
  left_ -= got;
  return got;
}

size_t ByteSource::readInflated(void* target, size_t size) {
  Inflater& inflater = *inflater_;
  z_stream& stream = inflater.stream;
  size_t done = 0;
  while (done < size && !inflater.ended) {
    if (stream.avail_in == 0) {
      stream.next_in = inflater.buffer.data();
      stream.avail_in = static_cast<uInt>(readRaw(inflater.buffer.data(), inflater.buffer.size()));
      if (stream.avail_in == 0) break;  // truncated: the caller misses bytes and says so
    }
    const auto room = static_cast<uInt>(std::min<size_t>(size - done, 1U << 30));
    stream.next_out = static_cast<unsigned char*>(target) + done;
    stream.avail_out = room;
    const int status = inflate(&stream, Z_NO_FLUSH);
    done += room - stream.avail_out;
    if (status == Z_STREAM_END) {
      inflater.ended = !nextMember();
    } else if (status == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      throw Error(ErrorCode::InvalidFile, path_ + " is damaged: its gzip data " +
                                              (stream.msg != nullptr ? "has " + std::string(stream.msg) : "is wrong"));
    }
  }
  return done;
}

void ByteSource::checkEnd() {
  // zlib compares the checksum when it is asked for the byte beyond the last.
  char beyond;
  if (inflater_ && read(&beyond, 1) == 0 && !inflater_->ended) {
    throw Error(ErrorCode::InvalidFile, path_ + " is truncated: the checksum of its gzip data is missing");
  }
}

uint64_t ByteSource::skip(uint64_t size) {
  std::vector<char> scratch(std::min<uint64_t>(size, bufferSize));
  uint64_t done = 0;
  while (done < size) {
    const size_t got = read(scratch.data(), std::min<uint64_t>(size - done, scratch.size()));
    if (got == 0) break;
    done += got;
  }
  return done;
}

}  // namespace mlabel
