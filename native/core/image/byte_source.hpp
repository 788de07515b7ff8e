// Reading a file from front to back, inflating where it is gzip.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/job.hpp"

namespace mlabel {

/// A forward-only reader. A file that begins with the gzip magic is inflated from its first byte (all members of it,
/// as `cat a.gz b.gz` makes them); `inflateRest` does the same from the present position (NRRD's gzip encoding).
class ByteSource {
 public:
  /// `context` is polled at each reading; beyond `most` bytes reading throws TooLarge. Throws NotFound or Io.
  explicit ByteSource(const std::string& path, JobContext context = {}, uint64_t most = UINT64_MAX);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Reads up to `size` bytes; fewer only at the end. Throws Io, InvalidFile when the gzip data is damaged,
  /// TooLarge, Cancelled.
  size_t read(void* target, size_t size);

  /// Skips `size` bytes; returns how many there were.
  uint64_t skip(uint64_t size);

  /// After the last byte that is wanted: where a gzip member ends there its checksum is compared. Throws InvalidFile.
  void checkEnd();

  void inflateRest();
  bool inflating() const;

  /// Bytes of the file as it lies on disk.
  uint64_t fileSize() const { return fileSize_; }

  /// The largest number of bytes that can still come out: deflate cannot expand beyond 1032 to 1.
  uint64_t largestRest() const;

 private:
  struct Inflater;
  size_t readRaw(void* target, size_t size);
  size_t readInflated(void* target, size_t size);
  /// At the end of a member: whether another one follows, which is then begun.
  bool nextMember();

  std::string path_;
  JobContext context_;
  /// Bytes that may still be read.
  uint64_t left_;
  int descriptor_ = -1;
  uint64_t fileSize_ = 0;
  uint64_t consumed_ = 0;
  std::string ahead_;
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace mlabel
