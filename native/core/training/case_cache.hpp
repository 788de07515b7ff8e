// The part of the transforms that is the same every epoch, done once a case: monai.data.CacheDataset within a byte limit.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
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
    /// Every case may be left out: validation goes on without any.
    bool mayBeEmpty = false;
  };

  /// `cases` and `pipeline` must outlive the cache.
  CaseCache(const std::vector<TrainCase>& cases, const Pipeline& pipeline, Options options);

  size_t size() const { return cases_.size(); }

  /// The case after the deterministic transforms, float32. Its tensors may be the cache's own: replace them, never write
  /// into them. May be called from several threads; one case is prepared by one thread only.
  ///
  /// Nothing for a case whose files or transforms fail: it is reported once, with its file and the reason, and left out from
  /// then on. Throws that reason where no case is left; OutOfMemory, Cancelled, Internal.
  std::optional<Sample> usable(size_t index, const JobContext& context);

  /// A random transform cannot take the case this time, and another one is taken instead: tells so once a case. Throws `error`
  /// where no other case would do better.
  void passOver(size_t index, const Error& error, const JobContext& context);

  /// Bytes kept at present.
  int64_t bytes() const { return bytes_.load(); }

 private:
  struct Slot {
    std::mutex mutex;
    bool tried = false;
    bool kept = false;
    bool broken = false;
    bool passedOver = false;
    Sample sample;
  };

  Sample prepared(Slot& slot, size_t index, const JobContext& context);
  Sample prepare(size_t index, const JobContext& context) const;
  void keep(Slot& slot, const Sample& sample);
  bool reserve(int64_t bytes);

  const std::vector<TrainCase>& cases_;
  const Pipeline& pipeline_;
  Options options_;
  std::vector<Slot> slots_;
  std::atomic<int64_t> bytes_ = 0;
  std::atomic<size_t> broken_ = 0;
};

}  // namespace mlabel
