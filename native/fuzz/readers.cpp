#include "readers.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "runtime/error.hpp"

namespace mlabel::fuzz {
namespace {

const std::map<std::string, void (*)(Bytes)> readers{{"nifti", readImageBytes},
                                                     {"nrrd", readImageBytes},
                                                     {"pickle", readPickleBytes},
                                                     {"zip", readZipBytes},
                                                     {"weights", readWeightBytes}};

[[noreturn]] void giveUp(const char* what) {
  std::perror(what);
  std::abort();
}

}  // namespace

bool runReader(const std::string& name, Bytes bytes) {
  const auto reader = readers.find(name);
  if (reader == readers.end()) return false;
  try {
    reader->second(bytes);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Internal) return true;
    std::fprintf(stderr, "an internal error: %s\n", error.what());
    std::abort();
  }
  // Anything else that is thrown ends the process: a finding.
  return true;
}

std::string asFile(Bytes bytes) {
  static const int file = memfd_create("fuzz", MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, 0) != 0) giveUp("memfd_create");
  if (pwrite(file, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) giveUp("pwrite");
  return "/proc/self/fd/" + std::to_string(file);
}

}  // namespace mlabel::fuzz
