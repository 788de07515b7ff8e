#include "runtime/lanes.hpp"

#include <ATen/Parallel.h>

#include <chrono>
#include <thread>

#include "runtime/device.hpp"
#include "runtime/thread_priority.hpp"

namespace mlabel {
namespace {

constexpr int kFileThreads = 2;

/// The size of an OpenMP team belongs to the thread that leads it, and a new thread takes whatever another set last.
Executor::Task prepareThread(int threads) {
  return [threads] { at::set_num_threads(threads); };
}

Executor::Task prepareInference(c10::Device device, int threads) {
  return [device, threads] {
    at::set_num_threads(threads);
    useDevice(device, true);
  };
}

Executor::Task prepareTraining(c10::Device device, int threads) {
  return [device, threads] {
    // Before the thread's first parallel work, so that its OpenMP team is born at the low priority as well.
    lowerThreadPriority();
    at::set_num_threads(threads);
    useDevice(device, false);
  };
}

}  // namespace

Lanes::DeviceThreads::DeviceThreads(c10::Device device, int threads)
    : inference(device.str(), 1, prepareInference(device, threads)),
      training(device.str() + " train", 1, prepareTraining(device, threads)) {}

Lanes::Lanes(int threads) : threads_(threads), files_("files", kFileThreads, prepareThread(threads)) {}

Lanes::DeviceThreads& Lanes::of(c10::Device device) {
  const std::lock_guard lock(mutex_);
  auto& threads = devices_[device.str()];
  if (!threads) threads = std::make_unique<DeviceThreads>(device, threads_);
  return *threads;
}

void Lanes::submit(Lane lane, c10::Device device, Executor::Task task) {
  if (lane == Lane::Files) return files_.submit(0, std::move(task));
  if (lane == Lane::Training) return of(device).training.submit(0, std::move(task));
  // The order of the enumeration is the order of urgency.
  of(device).inference.submit(static_cast<int>(lane), std::move(task));
}

void Lanes::giveWay(c10::Device device, const StopFlag& stop) {
  if (device.is_cpu()) return;
  using Clock = std::chrono::steady_clock;
  const Executor& inference = of(device).inference;
  const auto end = Clock::now() + std::chrono::seconds(1);
  while (inference.busy() && !stop.raised() && Clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

}  // namespace mlabel
