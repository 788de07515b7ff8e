// What the directory of a zip archive promises, before libtorch's reader believes it.
#pragma once

#include <cstdint>
#include <string>

namespace mlabel {

/// The bytes of all records together once they are unpacked, as the directory states them; the largest number where the sum
/// is beyond it. The directory is found as miniz finds it, which is libtorch's reader. Throws Io, or InvalidFile where there is
/// none.
uint64_t promisedBytes(const std::string& path, uint64_t fileSize);

}  // namespace mlabel
