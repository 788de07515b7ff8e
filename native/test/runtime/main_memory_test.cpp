#include "runtime/main_memory.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "runtime/cpu_allocator.hpp"
#include "runtime/error.hpp"

using namespace mlabel;

namespace {

/// "CODE message" of the refusal; empty where the bytes are granted.
std::string refusal(int64_t bytes) {
  try {
    requireMemory(bytes, "The test");
    return "";
  } catch (const Error& error) {
    return std::string(toString(error.code())) + " " + error.what();
  }
}

}  // namespace

TEST_CASE("memory that is not there is refused with the numbers") {
  const auto [total, free] = mainMemory();
  REQUIRE(total > 0);
  CHECK(free <= total);
  CHECK(memoryToSpare() < free);
  CHECK(refusal(1 << 20).empty());
  CHECK(refusal(total + 1) == "TOO_LARGE The test would take " + inGibibytes(total + 1) +
                                  " of memory; this machine has " + inGibibytes(total));
  CHECK(refusal(free).starts_with("OUT_OF_MEMORY The test would take " + inGibibytes(free) + " of memory; of "));
}

TEST_CASE("what is kept for later is given back before anybody is refused, as long as there is somebody who keeps it") {
  int given = 0;
  {
    const MemoryReserve reserve([&] { ++given; });
    CHECK(refusal(int64_t{64} << 20).empty());
    CHECK(given == 0);
    CHECK_FALSE(refusal(mainMemory().free).empty());
    CHECK(given == 1);
  }
  CHECK_FALSE(refusal(mainMemory().free).empty());
  CHECK(given == 1);
}

TEST_CASE("what a tensor was promised and has not touched is not promised again") {
  usePooledCpuMemory();
  const int64_t half = memoryToSpare() / 2;
  const int64_t before = promisedCpuMemory();
  const at::Tensor first = at::empty({half}, at::kByte);
  CHECK(promisedCpuMemory() - before >= half);
  CHECK_FALSE(refusal(half + half / 4).empty());
  CHECK_THROWS_AS(at::empty({half + half / 4}, at::kByte), Error);
}

TEST_CASE("gibibytes are written for a person") {
  CHECK(inGibibytes(0) == "0.0 GiB");
  CHECK(inGibibytes(int64_t{7} << 29) == "3.5 GiB");
}
