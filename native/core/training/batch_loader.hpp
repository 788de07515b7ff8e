// Threads of our own that augment cases and hand over batches: monai.data.ThreadDataLoader.
#pragma once

#include <ATen/core/Tensor.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "training/batch.hpp"
#include "training/case_cache.hpp"

namespace mlabel {

/// The order of the cases in one epoch: a permutation drawn from the seed and the epoch (from 0).
std::vector<int64_t> epochOrder(size_t cases, uint64_t seed, int64_t epoch);

/// Hands over batch after batch, epoch after epoch, prepared in advance. Which cases and which random numbers a batch
/// is made of depends on the seed and its position alone, not on the number of threads or on where loading starts.
class BatchLoader {
 public:
  struct Options {
    int64_t batchSize = 1;
    uint64_t seed = 0;
    int64_t threads = 1;
    int64_t firstEpoch = 0;
    /// Batches of the first epoch that are left out, when a run goes on in the middle of an epoch.
    int64_t firstStep = 0;
    int64_t lastEpoch = 0;
  };

  /// Starts the threads (at low priority). `cache` and `pipeline` must outlive the loader; cases that are left out are
  /// reported through `context`. Throws OutOfMemory where the system starts no more threads.
  BatchLoader(CaseCache& cache, const Pipeline& pipeline, Options options, const JobContext& context);
  /// Stops the threads at their next poll and waits for them.
  ~BatchLoader();
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;

  /// The last batch of an epoch holds what is left.
  int64_t batchesPerEpoch() const { return batchesPerEpoch_; }

  /// The next batch. In the place of a case that cannot be used stands the next one of the epoch's order. Throws what
  /// preparing threw where no case is left (the message names the file), InvalidInput when its crops differ in size,
  /// OutOfMemory, Cancelled; Internal beyond the last epoch.
  Batch next(const JobContext& context);

 private:
  using Result = std::variant<Batch, Error>;

  void start();
  void stop();
  void work();
  std::vector<Sample> cropsAt(int64_t position, const std::vector<int64_t>& order, int64_t epoch) const;
  Batch make(int64_t number) const;
  Result attempt(int64_t number) const;

  CaseCache& cache_;
  const Pipeline& pipeline_;
  Options options_;
  int64_t batchesPerEpoch_;
  int64_t end_;
  StopFlag stop_;
  JobContext jobs_;

  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t claimed_;
  int64_t taken_;
  std::map<int64_t, Result> ready_;
  std::vector<std::thread> threads_;
};

}  // namespace mlabel
