#include "runtime/lanes.hpp"

#include <ATen/Parallel.h>

#include <chrono>
#include <optional>
#include <thread>

#include "runtime/thread_priority.hpp"

namespace mlabel {
namespace {

constexpr int fileThreads = 2;

/// The size of an OpenMP team belongs to the thread that leads it, and a new thread takes whatever another set last.
Executor::Prepare prepareThread(int threads) {
  return [threads] { at::set_num_threads(threads); };
}

Executor::Prepare prepareInference(c10::Device device, int threads, const DeviceAccess& access) {
  return [device, threads, use = access.use] {
    at::set_num_threads(threads);
    use(device, true);
  };
}

Executor::Prepare prepareTraining(c10::Device device, int threads, const DeviceAccess& access) {
  return [device, threads, use = access.use] {
    // Before the thread's first parallel work, so that its OpenMP team is born at the low priority as well. The thread that
    // feeds an accelerator keeps its priority: it gives way at its gate, and starved it would leave the device idle.
    if (device.is_cpu()) lowerThreadPriority();
    at::set_num_threads(threads);
    use(device, false);
  };
}

/// The order of the enumeration is the order of urgency.
int rankOf(Lane lane) { return static_cast<int>(lane); }

}  // namespace

bool usesDevice(Lane lane) { return lane != Lane::Files && lane != Lane::Pictures; }

Lanes::DeviceThreads::DeviceThreads(c10::Device device, int threads, const DeviceAccess& access)
    : inference(device.str(), 1, prepareInference(device, threads, access)),
      training(device.str() + " train", 1, prepareTraining(device, threads, access)) {}

Lanes::Lanes(int threads, DeviceAccess access)
    : threads_(threads), access_(std::move(access)), files_("files", fileThreads, prepareThread(threads)) {}

Lanes::DeviceThreads& Lanes::of(c10::Device device) {
  const std::lock_guard lock(mutex_);
  auto& threads = devices_[device.str()];
  if (!threads) threads = std::make_unique<DeviceThreads>(device, threads_, access_);
  return *threads;
}

void Lanes::submit(Lane lane, c10::Device device, Executor::Task task) {
  if (!usesDevice(lane)) return files_.submit(rankOf(lane), std::move(task));
  DeviceThreads& threads = of(device);
  Executor& executor = lane == Lane::Training ? threads.training : threads.inference;
  executor.submit(rankOf(lane), watched(device, std::move(task)));
}

Executor::Task Lanes::watched(c10::Device device, Executor::Task task) {
  return [this, device, task = std::move(task)](const Error* unready) {
    std::optional<Error> reason;
    {
      const std::lock_guard lock(mutex_);
      if (unready == nullptr)
        unopened_.erase(device.str());
      else
        unopened_[device.str()] = unready->what();
      const auto lost = lost_.find(device.str());
      if (lost != lost_.end()) {
        reason.emplace(ErrorCode::Internal,
                       device.str() + " has failed and needs a restart of the server: " + lost->second);
      } else if (unready != nullptr) {
        reason.emplace(unready->code(), device.str() + " cannot be opened: " + unready->what());
      }
    }
    task(reason ? &*reason : nullptr);
  };
}

void Lanes::examine(c10::Device device) {
  try {
    access_.probe(device);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    lost_.emplace(device.str(), currentError().what());
  }
}

std::string Lanes::fault(c10::Device device) const {
  const std::lock_guard lock(mutex_);
  for (const auto* faults : {&lost_, &unopened_}) {
    const auto found = faults->find(device.str());
    if (found != faults->end()) return found->second;
  }
  return "";
}

void Lanes::giveWay(Lane lane, c10::Device device, const StopFlag& stop) {
  if (lane == Lane::Training) return waitForInference(device, stop);
  if (usesDevice(lane)) of(device).inference.runMoreUrgent(rankOf(lane));
}

void Lanes::waitForInference(c10::Device device, const StopFlag& stop) {
  if (device.is_cpu()) return;
  using Clock = std::chrono::steady_clock;
  const Executor& inference = of(device).inference;
  const auto end = Clock::now() + std::chrono::seconds(1);
  while (inference.busy() && !stop.raised() && Clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

}  // namespace mlabel
