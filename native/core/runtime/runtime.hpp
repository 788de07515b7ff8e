// What lives as long as the process holds the addon: the threads that own the devices, and the models loaded on them.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "networks/predictor.hpp"
#include "operations/operation.hpp"
#include "runtime/job.hpp"
#include "runtime/lanes.hpp"

namespace mlabel {

class Runtime {
 public:
  explicit Runtime(DeviceAccess access = {});
  /// Raises every stop flag, waits for the threads.
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  using Done = std::function<void(const Json* answer, const Error* error)>;

  /// Queues the operation on its lane and returns; `done` is called once, on the thread that ran it, with either an
  /// answer or an error. A job whose stop flag is raised before it starts ends as Cancelled without running.
  /// Throws InvalidInput, Unsupported for its device; OutOfMemory where its thread cannot start.
  void submit(std::unique_ptr<Operation> operation, StopFlag stop, JobContext::Progress progress, Done done);

  /// How many jobs are queued or running.
  size_t pending() const;

  /// Raises the stop flag of every job, queued and running.
  void stopAll();

  /// Why a device cannot be used at present; empty where nothing is known against it.
  std::string fault(c10::Device device) const;

  /// A network ready for inference, kept between requests and reloaded when the weight file changes (path, size, mtime
  /// and inode). Called on a device's thread; the returned predictor is used there only.
  /// `network` is a network spec, or null for a TorchScript file.
  std::shared_ptr<Predictor> predictor(const Json& network, const std::string& weights, const std::string& device,
                                       Precision precision, const JobContext& context);

  /// Makes room on a device, and in main memory, by forgetting what is kept for later.
  void giveWay(c10::Device device);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mlabel
