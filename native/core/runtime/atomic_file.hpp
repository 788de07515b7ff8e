// A file that is there whole or not at all: temporary name, sync, rename, sync of the folder.
#pragma once

#include <cstddef>
#include <string>

namespace mlabel {

/// Writes beside `path` under a temporary name; `commit` makes it appear. Without commit nothing is left behind.
/// Every failure (no such folder, full disk, failing sync) throws Error Io with the path and the system's reason.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, size_t size);

  /// Syncs, renames over `path`, syncs the folder. After it returns the file survives a power cut.
  void commit();

 private:
  [[noreturn]] void fail(const char* what) const;
  void discard() noexcept;

  std::string path_;
  std::string temporary_;
  int descriptor_ = -1;
};

}  // namespace mlabel
