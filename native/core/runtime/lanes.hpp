// The threads of the process: for each device one that owns it and one that trains on it, and a few for files.
#pragma once

#include <c10/core/Device.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "operations/operation.hpp"
#include "runtime/executor.hpp"

namespace mlabel {

class Lanes {
 public:
  /// `threads`: how many threads an operation on a CPU may use.
  explicit Lanes(int threads);

  /// Queues a task, which must not throw, where `lane` and `device` say. A device's threads start with its first task.
  void submit(Lane lane, c10::Device device, Executor::Task task);

  /// Between two training steps: lets a device other than a CPU finish what the inference lanes have asked of it, for a
  /// second at most so that training cannot starve. On a CPU the scheduler does that by thread priority.
  void giveWay(c10::Device device, const StopFlag& stop);

 private:
  struct DeviceThreads {
    DeviceThreads(c10::Device device, int threads);
    Executor inference;
    Executor training;
  };

  DeviceThreads& of(c10::Device device);

  int threads_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<DeviceThreads>> devices_;
  Executor files_;
};

}  // namespace mlabel
