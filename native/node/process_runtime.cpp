#include "process_runtime.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>

namespace mlabel {
namespace {

constexpr std::chrono::milliseconds patience{900};

std::unique_ptr<Runtime> start() {
  auto runtime = std::make_unique<Runtime>();
  // For a process whose main thread has not loaded the addon. Unlike atexit it hands over the exit status.
  on_exit([](int status, void*) { stopJobs(status); }, nullptr);
  return runtime;
}

}  // namespace

Runtime& processRuntime() {
  static Runtime& runtime = *start().release();
  return runtime;
}

void stopJobs(int status) {
  Runtime& runtime = processRuntime();
  runtime.stopAll();
  const auto end = std::chrono::steady_clock::now() + patience;
  while (runtime.pending() > 0) {
    if (std::chrono::steady_clock::now() > end) _exit(status);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace mlabel
