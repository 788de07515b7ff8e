#include "runtime/runtime.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <map>
#include <mutex>
#include <optional>

#include "runtime/cpu_allocator.hpp"
#include "runtime/device.hpp"
#include "runtime/predictor_cache.hpp"

namespace mlabel {

struct Runtime::Parts {
  explicit Parts(DeviceAccess access) : lanes(at::get_num_threads(), std::move(access)) {}

  mutable std::mutex mutex;
  uint64_t lastJob = 0;
  std::map<uint64_t, StopFlag> jobs;
  PredictorCache predictors;
  // Last, so that its threads end before what their jobs use.
  Lanes lanes;

  uint64_t add(const StopFlag& stop) {
    const std::lock_guard lock(mutex);
    jobs.emplace(++lastJob, stop);
    return lastJob;
  }

  void remove(uint64_t job) {
    {
      const std::lock_guard lock(mutex);
      jobs.erase(job);
      if (!jobs.empty()) return;
    }
    // Outside the lock, which the event loop takes to submit.
    releasePooledCpuMemory();
  }
};

namespace {

/// One queued operation. Either `done` is called with an answer or with an error, never neither.
struct Job {
  std::shared_ptr<Operation> operation;
  JobContext context;
  Runtime::Done done;

  void run(Runtime& runtime, Lanes& lanes, c10::Device device, const Error* unready) const {
    std::optional<Json> answer;
    std::optional<Error> error;
    try {
      context.check();
      if (unready != nullptr) throw *unready;
      answer = operation->run(runtime, context);
    } catch (...) {
      error = currentError();
    }
    if (error && error->code() == ErrorCode::OutOfMemory) releaseCachedMemory(device);
    if (error && error->code() == ErrorCode::Internal && unready == nullptr) lanes.examine(device);
    done(error ? nullptr : &*answer, error ? &*error : nullptr);
  }
};

}  // namespace

Runtime::Runtime(DeviceAccess access) : parts_(std::make_unique<Parts>(std::move(access))) {
  usePooledCpuMemory();
  // "float32" means float32: cuDNN would round its factors to ten bits.
  at::globalContext().setAllowTF32CuDNN(false);
  at::globalContext().setAllowTF32CuBLAS(false);
}

Runtime::~Runtime() { stopAll(); }

void Runtime::submit(std::unique_ptr<Operation> operation, StopFlag stop, JobContext::Progress progress, Done done) {
  const Lane lane = operation->lane();
  const c10::Device device = lane == Lane::Files ? c10::Device(c10::kCPU) : parseDevice(operation->device());
  JobContext::Gate gate;
  if (lane == Lane::Training) gate = [this, device, stop] { parts_->lanes.giveWay(device, stop); };
  const uint64_t id = parts_->add(stop);
  Job job{std::move(operation), JobContext(stop, std::move(progress), std::move(gate)), std::move(done)};
  try {
    parts_->lanes.submit(lane, device, [this, id, device, job = std::move(job)](const Error* unready) {
      job.run(*this, parts_->lanes, device, unready);
      parts_->remove(id);
    });
  } catch (...) {
    parts_->remove(id);
    throw;
  }
}

std::string Runtime::fault(c10::Device device) const { return parts_->lanes.fault(device); }

size_t Runtime::pending() const {
  const std::lock_guard lock(parts_->mutex);
  return parts_->jobs.size();
}

void Runtime::stopAll() {
  const std::lock_guard lock(parts_->mutex);
  for (auto& [id, stop] : parts_->jobs) stop.raise();
}

std::shared_ptr<Predictor> Runtime::predictor(const Json& network, const std::string& weights,
                                              const std::string& device, Precision precision) {
  return parts_->predictors.get(network, weights, parseDevice(device), precision);
}

}  // namespace mlabel
