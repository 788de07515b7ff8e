// Writing a file from front to back, deflating where asked.
#pragma once

#include <cstddef>
#include <memory>

#include "runtime/atomic_file.hpp"

namespace mlabel {

/// Bytes go to `file` as they are, or as one gzip member from the moment `deflateRest` is called.
class ByteSink {
 public:
  explicit ByteSink(AtomicFile& file);
  ~ByteSink();

  void write(const void* data, size_t size);
  void deflateRest();

  /// Must be called before the file is committed.
  void finish();

 private:
  struct Deflater;
  void deflateSome(const void* data, size_t size, int flush);

  AtomicFile& file_;
  std::unique_ptr<Deflater> deflater_;
};

}  // namespace mlabel
