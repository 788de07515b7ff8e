// The sentence for a file that is not what it claims to be.
#pragma once

#include <string>

#include "runtime/error.hpp"

namespace mlabel {

[[noreturn]] inline void invalidFile(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::InvalidFile, path + ": " + what);
}

}  // namespace mlabel
