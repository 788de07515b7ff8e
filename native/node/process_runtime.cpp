#include "process_runtime.hpp"

#include <unistd.h>

#include <atomic>
#include <bit>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>

namespace mlabel {
namespace {

constexpr std::chrono::milliseconds patience{900};

/// Runs before the destructors of libtorch's static objects, under which no job may compute. Jobs poll their stop flag
/// a few times a second; one that does not answer in time is left behind, and with it all that exit() has still to do.
void stopJobs(int status, void*) {
  Runtime& runtime = processRuntime();
  runtime.stopAll();
  const auto end = std::chrono::steady_clock::now() + patience;
  while (runtime.pending() > 0) {
    if (std::chrono::steady_clock::now() > end) _exit(status);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::unique_ptr<Runtime> start() {
  auto runtime = std::make_unique<Runtime>();
  // Unlike atexit it hands over the exit status, which _exit needs.
  on_exit(stopJobs, nullptr);
  return runtime;
}

}  // namespace

void jobEnded() {
  static std::atomic<uint64_t> ended{0};
  if (std::has_single_bit(++ended)) on_exit(stopJobs, nullptr);
}

Runtime& processRuntime() {
  static Runtime& runtime = *start().release();
  return runtime;
}

}  // namespace mlabel
