// Networks that are ready for inference, kept between requests.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "networks/predictor.hpp"
#include "runtime/json.hpp"

namespace mlabel {

class PredictorCache {
 public:
  /// The predictor for these weights, loaded when it is new or when the file's size, mtime or inode has changed.
  /// `network` is a network spec, or null for a TorchScript file. Throws NotFound, InvalidFile, Unsupported.
  std::shared_ptr<Predictor> get(const Json& network, const std::string& weights, c10::Device device,
                                 Precision precision);

 private:
  struct Entry {
    std::string key;
    std::string fileIdentity;
    std::shared_ptr<Predictor> predictor;
  };

  std::shared_ptr<Predictor> find(const std::string& key, const std::string& fileIdentity);
  void insert(Entry entry);

  std::mutex mutex_;
  /// The most recently used first.
  std::list<Entry> entries_;
};

}  // namespace mlabel
