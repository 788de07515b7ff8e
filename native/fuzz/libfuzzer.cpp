// The same readers under libFuzzer; MONAILABEL_READER says which.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "readers.hpp"

namespace {

const std::string& reader() {
  static const char* const named = std::getenv("MONAILABEL_READER");
  static const std::string name = named == nullptr ? "" : named;
  return name;
}

/// Numbers where sizes and offsets overflow.
constexpr std::array<uint64_t, 14> edges{0,
                                         1,
                                         0x7f,
                                         0xff,
                                         0xffff,
                                         0x7fffffff,
                                         0x80000000,
                                         0xffffffff,
                                         0xfffffffe,
                                         uint64_t{1} << 32,
                                         uint64_t{1} << 62,
                                         INT64_MAX,
                                         UINT64_MAX,
                                         UINT64_MAX - 1};

/// libtorch's reader of archives tells the fuzzer nothing of what it does: the fields of its headers are changed here.
bool changeField(uint8_t* data, size_t size, std::minstd_rand& random) {
  std::vector<size_t> headers;
  for (size_t at = 0; at + 4 <= size; ++at) {
    if (data[at] == 'P' && data[at + 1] == 'K' && data[at + 2] < 8 && data[at + 3] < 9) headers.push_back(at);
  }
  if (headers.empty()) return false;
  constexpr std::array<size_t, 4> widths{1, 2, 4, 8};
  const size_t at = headers[random() % headers.size()] + 4 + random() % 52;
  const size_t width = widths[random() % widths.size()];
  if (at + width > size) return false;
  const uint64_t value = random() % 2 == 0 ? edges[random() % edges.size()] : random() % (2 * size);
  std::memcpy(data + at, &value, width);
  return true;
}

}  // namespace

extern "C" {

size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);

int LLVMFuzzerInitialize(int*, char***) {
  if (mlabel::fuzz::runReader(reader(), "")) return 0;
  std::fprintf(stderr, "MONAILABEL_READER names no reader\n");
  std::exit(2);
}

size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed) {
  std::minstd_rand random(seed);
  const bool isArchive = reader() == "zip" || reader() == "weights";
  if (isArchive && random() % 2 == 0 && changeField(data, size, random)) return size;
  return LLVMFuzzerMutate(data, size, most);
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mlabel::fuzz::runReader(reader(), {reinterpret_cast<const char*>(data), size});
  return 0;
}
}
