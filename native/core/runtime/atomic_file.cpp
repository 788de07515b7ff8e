#include "runtime/atomic_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "runtime/error.hpp"

namespace mlabel {

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  const std::filesystem::path target(path_);
  const std::string stem = (target.parent_path() / ("." + target.filename().string())).string();
  for (int attempt = 0; descriptor_ < 0; ++attempt) {
    temporary_ = stem + "." + std::to_string(getpid()) + "-" + std::to_string(attempt) + ".partial";
    descriptor_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && errno != EEXIST) {
      temporary_.clear();
      fail("create");
    }
  }
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::write(const void* data, size_t size) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(descriptor_, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("write");
    bytes += written;
    size -= static_cast<size_t>(written);
  }
}

void AtomicFile::commit() {
  if (fsync(descriptor_) != 0) fail("sync");
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (close(descriptor) != 0) fail("close");
  if (rename(temporary_.c_str(), path_.c_str()) != 0) fail("rename");
  temporary_.clear();

  std::string folder = std::filesystem::path(path_).parent_path().string();
  if (folder.empty()) folder = ".";
  const int handle = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) fail("open the folder of");
  const bool synced = fsync(handle) == 0 || errno == EINVAL;  // some network file systems cannot sync a folder
  const int reason = errno;
  close(handle);
  errno = reason;
  if (!synced) fail("sync the folder of");
}

void AtomicFile::fail(const char* what) const {
  throw Error(ErrorCode::Io,
              "cannot " + std::string(what) + " " + path_ + ": " + std::generic_category().message(errno));
}

void AtomicFile::discard() noexcept {
  if (descriptor_ >= 0) close(descriptor_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

}  // namespace mlabel
