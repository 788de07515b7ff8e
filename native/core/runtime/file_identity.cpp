#include "runtime/file_identity.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "runtime/error.hpp"

namespace mlabel {

std::optional<std::string> fileIdentity(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw Error(ErrorCode::Io, "cannot look at " + path + ": " + std::strerror(errno));
  }
  std::string identity;
  for (const long number :
       {static_cast<long>(status.st_dev), static_cast<long>(status.st_ino), static_cast<long>(status.st_size),
        static_cast<long>(status.st_mtim.tv_sec), static_cast<long>(status.st_mtim.tv_nsec)}) {
    identity += std::to_string(number) + " ";
  }
  return identity;
}

}  // namespace mlabel
