// Images behind the transforms that no request changes, kept for the next request, click or model.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "transforms/pipeline.hpp"

namespace mlabel {

class PreparedImages {
 public:
  /// Bytes that may be kept.
  using Limit = std::function<int64_t()>;

  /// The limit is a quarter of main memory when not given.
  explicit PreparedImages(Limit limit = {});

  /// Runs `pipeline`'s deterministic transforms on the files of `sample`. What its prefix makes of them is kept under their
  /// names and identities and the prefix's specs, and the least recently used go. The sample's tensors may be the cache's
  /// own: replace them, never write into them (voxels.hpp copies what others hold). May be called from several threads.
  /// Throws what the transforms throw; an image of which nothing could be kept, or is to be (`keep`), is prepared all the same.
  void prepare(Sample& sample, const Pipeline& pipeline, bool keep, const JobContext& context,
               Timings* timings = nullptr);

  /// Forgets all of them, to make room.
  void release();

  /// Bytes kept at present.
  int64_t bytes() const;

 private:
  struct Entry {
    std::string key;
    std::string identity;
    std::shared_ptr<const Sample> sample;
    int64_t bytes = 0;
  };

  std::shared_ptr<const Sample> find(const std::string& key, const std::string& identity);
  void insert(Entry entry);

  Limit limit_;
  mutable std::mutex mutex_;
  /// The most recently used first.
  std::list<Entry> entries_;
  int64_t bytes_ = 0;
};

}  // namespace mlabel
