#include "image/byte_sink.hpp"

#include <zlib.h>

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

namespace mlabel {
namespace {

/// Label files are mostly runs: the quickest level already takes them to a hundredth.
constexpr int level = 1;

}  // namespace

struct ByteSink::Deflater {
  z_stream stream{};
  std::vector<unsigned char> buffer = std::vector<unsigned char>(256 * 1024);

  Deflater() {
    if (deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  }
  ~Deflater() { deflateEnd(&stream); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
};

ByteSink::ByteSink(Target target) : target_(std::move(target)) {}
ByteSink::~ByteSink() = default;

void ByteSink::deflateRest() { deflater_ = std::make_unique<Deflater>(); }

void ByteSink::write(const void* data, size_t size) {
  if (!deflater_) return target_(data, size);
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const size_t part = std::min<size_t>(size, 1U << 30);
    deflateSome(bytes, part, Z_NO_FLUSH);
    bytes += part;
    size -= part;
  }
}

void ByteSink::finish() {
  if (deflater_) deflateSome(nullptr, 0, Z_FINISH);
}

void ByteSink::deflateSome(const void* data, size_t size, int flush) {
  z_stream& stream = deflater_->stream;
  // zlib's interface is not const-correct; it does not write to its input.
  stream.next_in = const_cast<unsigned char*>(static_cast<const unsigned char*>(data));
  stream.avail_in = static_cast<uInt>(size);
  do {
    stream.next_out = deflater_->buffer.data();
    stream.avail_out = static_cast<uInt>(deflater_->buffer.size());
    deflate(&stream, flush);
    target_(deflater_->buffer.data(), deflater_->buffer.size() - stream.avail_out);
  } while (stream.avail_out == 0);
}

}  // namespace mlabel
