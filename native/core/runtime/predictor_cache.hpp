// Networks that are ready for inference, kept between requests.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "networks/predictor.hpp"
#include "runtime/json.hpp"

namespace mlabel {

/// What tells the weight file from the one before it. Throws NotFound, Io.
std::string requireWeights(const std::string& path);

class PredictorCache {
 public:
  /// Bytes of predictors that are kept on a device.
  using Limit = std::function<int64_t(c10::Device)>;

  /// The limit is a quarter of the device's memory when not given.
  explicit PredictorCache(Limit limit = {});

  /// The predictor for these weights, loaded when it is new or when the file's size, mtime or inode has changed.
  /// `network` is a network spec, or null for a TorchScript file. The least recently used go, so that a device's stay below
  /// the limit; the one asked for stays. Throws NotFound, InvalidFile, Unsupported, OutOfMemory, Cancelled.
  std::shared_ptr<Predictor> get(const Json& network, const std::string& weights, c10::Device device,
                                 Precision precision, const JobContext& context);

  /// Forgets the predictors of a device but the `kept` used last, to make room.
  void release(c10::Device device, int kept);

 private:
  struct Entry {
    std::string key;
    c10::Device device;
    std::string fileIdentity;
    std::shared_ptr<Predictor> predictor;
  };

  std::shared_ptr<Predictor> find(const std::string& key, const std::string& fileIdentity);
  void insert(Entry entry);

  Limit limit_;
  std::mutex mutex_;
  /// The most recently used first.
  std::list<Entry> entries_;
};

}  // namespace mlabel
