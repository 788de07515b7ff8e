#include "training/batch_loader.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <latch>
#include <memory>
#include <optional>
#include <system_error>

#include "runtime/thread_priority.hpp"
#include "training/seeds.hpp"

namespace mlabel {
namespace {

/// Batches that may wait beyond those that the threads are making: enough that a slow case does not starve a step.
constexpr int64_t batchesAhead = 2;
constexpr auto pollInterval = std::chrono::milliseconds(50);

at::Tensor stack(const std::vector<Sample>& samples, const std::string& key) {
  std::vector<at::Tensor> voxels;
  for (const Sample& sample : samples) {
    voxels.push_back(sample.images.at(key).data);
    if (voxels.back().sizes() != voxels.front().sizes()) {
      throw Error(ErrorCode::InvalidInput,
                  "trainTransforms: the " + key + "s of a batch differ in size; crop or pad them to one size");
    }
  }
  return at::stack(voxels);
}

}  // namespace

std::vector<int64_t> epochOrder(size_t cases, uint64_t seed, int64_t epoch) {
  RandomState state(deriveSeed(seed, {epoch}));
  return state.permutation(static_cast<int64_t>(cases));
}

BatchLoader::BatchLoader(CaseCache& cache, const Pipeline& pipeline, Options options, const JobContext& context)
    : cache_(cache),
      pipeline_(pipeline),
      options_(options),
      batchesPerEpoch_((static_cast<int64_t>(cache.size()) + options.batchSize - 1) / options.batchSize),
      end_(options.lastEpoch * batchesPerEpoch_),
      jobs_(context.until(stop_)),
      claimed_(options.firstEpoch * batchesPerEpoch_ + options.firstStep),
      taken_(claimed_) {
  try {
    start();
  } catch (const std::system_error& error) {
    stop();
    throw Error(ErrorCode::OutOfMemory, "the system starts no more threads: " + std::string(error.what()));
  }
}

void BatchLoader::start() {
  // A thread a case is quicker than a team of threads a transform, and leaves the cores to the training step.
  // at::set_num_threads also sets what threads started later will use, so the caller's number is put back afterwards.
  const int callersThreads = at::get_num_threads();
  for (int64_t i = 0; i < options_.threads; ++i) {
    auto started = std::make_shared<std::latch>(1);
    threads_.emplace_back([this, started] {
      lowerThreadPriority();
      at::set_num_threads(1);
      started->count_down();
      work();
    });
    started->wait();
  }
  at::set_num_threads(callersThreads);
}

BatchLoader::~BatchLoader() { stop(); }

void BatchLoader::stop() {
  stop_.raise();
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Batch BatchLoader::next(const JobContext& context) {
  std::unique_lock lock(mutex_);
  if (taken_ >= end_) throw Error(ErrorCode::Internal, "a batch beyond the last epoch was asked for");
  while (!ready_.contains(taken_)) {
    context.check();
    changed_.wait_for(lock, pollInterval);
  }
  Result result = std::move(ready_.extract(taken_).mapped());
  ++taken_;
  changed_.notify_all();
  if (const Error* error = std::get_if<Error>(&result)) throw *error;
  return std::get<Batch>(std::move(result));
}

void BatchLoader::work() {
  const at::NoGradGuard noGrad;
  std::unique_lock lock(mutex_);
  while (true) {
    const auto mayClaim = [this] { return claimed_ < taken_ + options_.threads + batchesAhead; };
    while (!stop_.raised() && claimed_ < end_ && !mayClaim()) changed_.wait_for(lock, pollInterval);
    if (stop_.raised() || claimed_ >= end_) return;
    const int64_t number = claimed_++;
    lock.unlock();
    Result result = attempt(number);
    lock.lock();
    ready_.emplace(number, std::move(result));
    changed_.notify_all();
  }
}

BatchLoader::Result BatchLoader::attempt(int64_t number) const {
  try {
    return make(number);
  } catch (...) {
    return currentError();
  }
}

std::vector<Sample> BatchLoader::cropsAt(int64_t position, const std::vector<int64_t>& order, int64_t epoch) const {
  const auto count = static_cast<int64_t>(order.size());
  std::optional<Error> refused;
  for (int64_t ahead = 0; ahead < count; ++ahead) {
    const int64_t index = order[static_cast<size_t>((position + ahead) % count)];
    std::optional<Sample> sample = cache_.usable(static_cast<size_t>(index), jobs_);
    if (!sample) continue;
    const uint32_t seed =
        ahead == 0 ? deriveSeed(options_.seed, {epoch, index}) : deriveSeed(options_.seed, {epoch, index, position});
    Pipeline::RandomStreams streams = pipeline_.randomStreams(seed);
    try {
      return pipeline_.applyRandom(*std::move(sample), streams, jobs_);
    } catch (...) {
      // Not left out for good: threads that are at other batches would find it so in whatever order, and no seed repeat
      // it.
      refused = currentError();
    }
    cache_.passOver(static_cast<size_t>(index), *refused, jobs_);
  }
  throw Error(ErrorCode::InvalidInput,
              "none of the cases can be used" + (refused ? ": " + std::string(refused->what()) : ""));
}

Batch BatchLoader::make(int64_t number) const {
  const int64_t epoch = number / batchesPerEpoch_;
  const int64_t first = number % batchesPerEpoch_ * options_.batchSize;
  const int64_t last = std::min(first + options_.batchSize, static_cast<int64_t>(cache_.size()));
  const std::vector<int64_t> order = epochOrder(cache_.size(), options_.seed, epoch);

  std::vector<Sample> samples;
  for (int64_t position = first; position < last; ++position) {
    for (Sample& crop : cropsAt(position, order, epoch)) samples.push_back(std::move(crop));
  }
  Batch batch;
  for (const auto& [key, image] : samples.front().images) batch.emplace(key, stack(samples, key));
  return batch;
}

}  // namespace mlabel
