// The part of the transforms that is the same every epoch, done once a case: monai.data.CacheDataset within a byte limit.
#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "training/train_options.hpp"
#include "transforms/pipeline.hpp"

namespace mlabel {

class CaseCache {
 public:
  struct Options {
    /// Bytes of voxels kept; a case that does not fit is prepared again each time.
    int64_t maxBytes = 0;
    /// Keep images as float16 and labels as uint8, where their values allow it.
    bool compact = false;
    /// Label values must lie in [0, classes).
    int64_t classes = 2;
  };

  /// `cases` and `pipeline` must outlive the cache.
  CaseCache(const std::vector<TrainCase>& cases, const Pipeline& pipeline, Options options);

  size_t size() const { return cases_.size(); }

  /// The case after the deterministic transforms, float32. Its tensors may be the cache's own: replace them, never write
  /// into them. May be called from several threads; one case is prepared by one thread only.
  /// Throws what loading and transforms throw, with the case's file in the message; Cancelled.
  Sample prepared(size_t index, const JobContext& context);

  /// Bytes kept at present.
  int64_t bytes() const { return bytes_.load(); }

 private:
  struct Slot {
    std::mutex mutex;
    bool tried = false;
    bool kept = false;
    Sample sample;
  };

  Sample prepare(size_t index, const JobContext& context) const;
  void keep(Slot& slot, const Sample& sample);
  bool reserve(int64_t bytes);

  const std::vector<TrainCase>& cases_;
  const Pipeline& pipeline_;
  Options options_;
  std::vector<Slot> slots_;
  std::atomic<int64_t> bytes_ = 0;
};

}  // namespace mlabel
