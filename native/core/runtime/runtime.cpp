#include "runtime/runtime.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_set>

#include "runtime/admission.hpp"
#include "runtime/cpu_allocator.hpp"
#include "runtime/device.hpp"
#include "runtime/idle_timer.hpp"
#include "runtime/main_memory.hpp"
#include "runtime/predictor_cache.hpp"
#include "runtime/prepared_images.hpp"

namespace mlabel {

struct Runtime::Parts {
  explicit Parts(DeviceAccess access) : lanes(at::get_num_threads(), std::move(access)) {}

  /// How long nothing runs before what is kept for the next job goes back to the system.
  static constexpr std::chrono::seconds patience{10};

  mutable std::mutex mutex;
  std::condition_variable ended;
  uint64_t lastJob = 0;
  std::map<uint64_t, StopFlag> jobs;
  /// What may hold memory that is kept for the next job.
  std::unordered_set<c10::Device> usedDevices;
  PredictorCache predictors;
  PreparedImages images;
  /// A training, say, that asks for memory in the midst of its work, cannot be tried once more.
  MemoryReserve reserve{[this] { images.release(); }};
  Admission admission;
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
      ended.notify_all();
    }
    idle.start();
  }

  void waitForJobs() {
    std::unique_lock lock(mutex);
    ended.wait(lock, [this] { return jobs.empty(); });
  }

  void makeRoom(c10::Device device, int predictorsKept) {
    predictors.release(device, predictorsKept);
    images.release();
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

/// An operation on its way through its stages. `done` gets either an answer or an error, never neither.
struct Runtime::Job {
  uint64_t id = 0;
  std::unique_ptr<Operation> operation;
  c10::Device device{c10::kCPU};
  std::vector<Stage> stages;
  size_t next = 0;
  /// The lane before which it waits for admission.
  std::optional<Lane> admitted;
  StopFlag stop;
  JobContext::Progress progress;
  Done done;
  Answer answer;
};

Runtime::Runtime(DeviceAccess access) : parts_(std::make_unique<Parts>(std::move(access))) {
  usePooledCpuMemory();
  // "float32" means float32: cuDNN would round its factors to ten bits.
  at::globalContext().setAllowTF32CuDNN(false);
  at::globalContext().setAllowTF32CuBLAS(false);
  // A seed repeats a training: neither an algorithm that adds in whatever order, nor one chosen by a race.
  at::globalContext().setDeterministicCuDNN(true);
  at::globalContext().setBenchmarkCuDNN(false);
}

Runtime::~Runtime() {
  stopAll();
  // A stage may queue the next one as long as there are jobs.
  parts_->waitForJobs();
}

void Runtime::submit(std::unique_ptr<Operation> operation, StopFlag stop, JobContext::Progress progress, Done done) {
  auto job = std::make_shared<Job>();
  job->stages = operation->stages();
  const auto onDevice = [](const Stage& stage) { return usesDevice(stage.lane); };
  const auto stage = std::find_if(job->stages.begin(), job->stages.end(), onDevice);
  if (stage != job->stages.end()) job->device = parseDevice(operation->device());
  if (job->stages.size() > 1 && stage != job->stages.end()) job->admitted = stage->lane;
  job->operation = std::move(operation);
  job->stop = stop;
  job->progress = std::move(progress);
  job->done = std::move(done);
  job->id = parts_->add(stop, job->device);
  if (job->admitted) return parts_->admission.enter(job->device, *job->admitted, [this, job] { go(job); });
  try {
    queue(job);
  } catch (...) {
    parts_->remove(job->id);
    throw;
  }
}

void Runtime::queue(const std::shared_ptr<Job>& job) {
  const auto task = [this, job](const Error* unready) { run(job, unready); };
  parts_->lanes.submit(job->stages[job->next].lane, job->device, task);
}

void Runtime::go(const std::shared_ptr<Job>& job) {
  try {
    queue(job);
  } catch (...) {
    const Error error = currentError();
    end(*job, &error);
  }
}

void Runtime::run(const std::shared_ptr<Job>& job, const Error* unready) {
  const Stage& stage = job->stages[job->next];
  const auto gate = [this, &stage, &job] { parts_->lanes.giveWay(stage.lane, job->device, job->stop); };
  const JobContext context(job->stop, job->progress, gate);
  try {
    context.check();
    if (unready != nullptr) throw *unready;
    stage.run(*this, context, job->answer);
  } catch (...) {
    const Error error = currentError();
    // For the next try; what ran out may have been the device's memory or the processor's.
    if (error.code() == ErrorCode::OutOfMemory) {
      for (const c10::Device each : {job->device, c10::Device(c10::kCPU)}) giveWay(each);
    }
    if (error.code() == ErrorCode::Internal && unready == nullptr && usesDevice(stage.lane))
      parts_->lanes.examine(job->device);
    return end(*job, &error);
  }
  if (++job->next == job->stages.size()) return end(*job, nullptr);
  go(job);
}

void Runtime::end(Job& job, const Error* error) {
  job.done(error ? nullptr : &job.answer, error);
  // What it holds may be large, and others may hold the job itself a moment longer.
  job.stages.clear();
  job.operation.reset();
  if (job.admitted) parts_->admission.leave(job.device, *job.admitted);
  parts_->remove(job.id);
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
  std::shared_ptr<Predictor> found;
  withinMemory(place, [&] { found = parts_->predictors.get(network, weights, place, precision, context); });
  return found;
}

void Runtime::prepare(Sample& sample, const Pipeline& pipeline, bool keep, const JobContext& context,
                      Timings* timings) {
  const Sample given = sample;
  withinMemory(c10::kCPU, [&] {
    sample = given;
    parts_->images.prepare(sample, pipeline, keep, context, timings);
  });
}

void Runtime::withinMemory(c10::Device device, const std::function<void()>& work) {
  try {
    return work();
  } catch (...) {
    if (currentError().code() != ErrorCode::OutOfMemory) throw;
  }
  // Behind the handler, which holds what ran out of memory alive.
  parts_->makeRoom(device, 0);
  work();
}

void Runtime::giveWay(c10::Device device) { parts_->makeRoom(device, 1); }

}  // namespace mlabel
