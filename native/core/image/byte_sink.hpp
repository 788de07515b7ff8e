// Writing a file from front to back, deflating where asked.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace mlabel {

/// Bytes go to `target` as they are, or as one gzip member from the moment `deflateRest` is called.
class ByteSink {
 public:
  using Target = std::function<void(const void* data, size_t size)>;

  explicit ByteSink(Target target);
  ~ByteSink();

  void write(const void* data, size_t size);
  void deflateRest();

  /// Must be called before the target is used.
  void finish();

 private:
  struct Deflater;
  void deflateSome(const void* data, size_t size, int flush);

  Target target_;
  std::unique_ptr<Deflater> deflater_;
};

}  // namespace mlabel
