#include "runtime/runtime.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_set>

#include "runtime/cpu_allocator.hpp"
#include "runtime/device.hpp"
#include "runtime/idle_timer.hpp"
#include "runtime/predictor_cache.hpp"

namespace mlabel {

struct Runtime::Parts {
  explicit Parts(DeviceAccess access) : lanes(at::get_num_threads(), std::move(access)) {}

  /// How long nothing runs before what is kept for the next job goes back to the system.
  static constexpr std::chrono::seconds patience{10};

  mutable std::mutex mutex;
  uint64_t lastJob = 0;
  std::map<uint64_t, StopFlag> jobs;
  /// What may hold memory that is kept for the next job.
  std::unordered_set<c10::Device> usedDevices;
  PredictorCache predictors;
  IdleTimer idle{patience, [this] { releaseKept(); }};
  // Last, so that its threads end before what their jobs use.
  Lanes lanes;

  uint64_t add(const StopFlag& stop, c10::Device device) {
    const std::lock_guard lock(mutex);
    usedDevices.insert(device);
    jobs.emplace(++lastJob, stop);
    return lastJob;
  }

  void remove(uint64_t job) {
    {
      const std::lock_guard lock(mutex);
      jobs.erase(job);
      if (!jobs.empty()) return;
    }
    idle.start();
  }

  void makeRoom(c10::Device device, int predictorsKept) {
    predictors.release(device, predictorsKept);
    releaseCachedMemory(device);
    releasePooledCpuMemory();
  }

  void releaseKept() {
    std::unordered_set<c10::Device> used;
    {
      const std::lock_guard lock(mutex);
      if (!jobs.empty()) return;
      used = usedDevices;
    }
    // Outside the lock, which the event loop takes to submit.
    for (const c10::Device device : used) releaseCachedMemory(device);
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
    // For the next try; what ran out may have been the device's memory or the processor's.
    for (const c10::Device each : {device, c10::Device(c10::kCPU)}) {
      if (error && error->code() == ErrorCode::OutOfMemory) runtime.giveWay(each);
    }
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
  // A seed repeats a training: neither an algorithm that adds in whatever order, nor one chosen by a race.
  at::globalContext().setDeterministicCuDNN(true);
  at::globalContext().setBenchmarkCuDNN(false);
}

Runtime::~Runtime() { stopAll(); }

void Runtime::submit(std::unique_ptr<Operation> operation, StopFlag stop, JobContext::Progress progress, Done done) {
  const Lane lane = operation->lane();
  const bool onDevice = lane != Lane::Files && lane != Lane::Pictures;
  const c10::Device device = onDevice ? parseDevice(operation->device()) : c10::Device(c10::kCPU);
  JobContext::Gate gate;
  if (lane == Lane::Training) gate = [this, device, stop] { parts_->lanes.giveWay(device, stop); };
  const uint64_t id = parts_->add(stop, device);
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
                                              const std::string& device, Precision precision,
                                              const JobContext& context) {
  const c10::Device place = parseDevice(device);
  const auto get = [&] { return parts_->predictors.get(network, weights, place, precision, context); };
  try {
    return get();
  } catch (...) {
    if (currentError().code() != ErrorCode::OutOfMemory) throw;
  }
  // Behind the handler, which holds what ran out of memory alive.
  parts_->makeRoom(place, 0);
  return get();
}

void Runtime::giveWay(c10::Device device) { parts_->makeRoom(device, 1); }

}  // namespace mlabel
