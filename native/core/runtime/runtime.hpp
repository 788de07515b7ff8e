// What lives as long as the process holds the addon: the threads that own the devices, the models loaded on them, and the
// images that were prepared last.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "networks/predictor.hpp"
#include "operations/operation.hpp"
#include "runtime/job.hpp"
#include "runtime/lanes.hpp"
#include "transforms/pipeline.hpp"

namespace mlabel {

class Runtime {
 public:
  explicit Runtime(DeviceAccess access = {});
  /// Raises every stop flag, waits for the threads.
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// `answer` may be moved from.
  using Done = std::function<void(Answer* answer, const Error* error)>;

  /// Queues the operation's stages, one after the other, each on its lane, and returns. `done` is called once, on some thread,
  /// with either an answer or an error. A stage whose job is stopped before it starts does not
  /// run. Throws InvalidInput, Unsupported for its device; OutOfMemory where its thread cannot start.
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

  /// Puts the image of `sample.files` behind the transforms of `pipeline`, as PreparedImages does.
  void prepare(Sample& sample, const Pipeline& pipeline, bool keep, const JobContext& context, Timings* timings);

  /// Makes room on a device, and in main memory, by forgetting what is kept for later.
  void giveWay(c10::Device device);

  /// Runs `work`; where it runs out of memory, makes room and runs it once more.
  void withinMemory(c10::Device device, const std::function<void()>& work);

 private:
  struct Parts;
  struct Job;

  void queue(const std::shared_ptr<Job>& job);
  /// Queues the next stage; ends the job where that cannot be.
  void go(const std::shared_ptr<Job>& job);
  void run(const std::shared_ptr<Job>& job, const Error* unready);
  void end(Job& job, const Error* error);

  std::unique_ptr<Parts> parts_;
};

}  // namespace mlabel
