// The threads of the process: for each device one that owns it and one that trains on it, and a few for files.
#pragma once

#include <c10/core/Device.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "operations/operation.hpp"
#include "runtime/device.hpp"
#include "runtime/executor.hpp"

namespace mlabel {

/// How threads reach a device; tests put in devices that fail.
struct DeviceAccess {
  std::function<void(c10::Device, bool urgent)> use = useDevice;
  std::function<void(c10::Device)> probe = probeDevice;
};

/// False for the lanes of files.
bool usesDevice(Lane lane);

class Lanes {
 public:
  /// `threads`: how many threads an operation on a CPU may use.
  explicit Lanes(int threads, DeviceAccess access = {});

  /// Queues a task where `lane` and `device` say. A device's threads start with its first task; where they cannot, throws
  /// OutOfMemory and tries again with the next. A device that cannot be opened, or has failed for good, gives every task its
  /// reason.
  void submit(Lane lane, c10::Device device, Executor::Task task);

  /// After an unexpected error on a device: finds out whether it has failed for good. Called on its thread.
  void examine(c10::Device device);

  /// Why a device cannot be used at present; empty where nothing is known against it.
  std::string fault(c10::Device device) const;

  /// Called by a task where it can wait. A training lets a device other than a CPU finish what the inference lanes have asked
  /// of it, for a second at most so that it cannot starve; on a CPU the scheduler does that by thread priority. A task of
  /// another lane of a device lets the first of those that go before it run, on its own thread.
  void giveWay(Lane lane, c10::Device device, const StopFlag& stop);

 private:
  struct DeviceThreads {
    DeviceThreads(c10::Device device, int threads, const DeviceAccess& access);
    Executor inference;
    Executor training;
  };

  DeviceThreads& of(c10::Device device);
  Executor::Task watched(c10::Device device, Executor::Task task);
  void waitForInference(c10::Device device, const StopFlag& stop);

  int threads_;
  DeviceAccess access_;
  mutable std::mutex mutex_;
  /// Of devices that could not be opened the last time.
  std::map<std::string, std::string> unopened_;
  /// Of devices that have failed for good.
  std::map<std::string, std::string> lost_;
  std::map<std::string, std::unique_ptr<DeviceThreads>> devices_;
  Executor files_;
};

}  // namespace mlabel
