#include "runtime/predictor_cache.hpp"

#include <utility>

#include "networks/network.hpp"
#include "networks/weights.hpp"
#include "runtime/device.hpp"
#include "runtime/file_identity.hpp"

namespace mlabel {
namespace {

std::unique_ptr<Predictor> load(const Json& spec, const std::string& weights, c10::Device device, Precision precision,
                                const JobContext& context) {
  if (spec.is_null()) return makeScriptPredictor(weights, device, precision);
  const std::shared_ptr<Network> network = makeNetwork(spec);
  loadStateDict(*network, readStateDict(weights, context), true);
  network->eval();
  return makePredictor(network, device, precision);
}

}  // namespace

std::string requireWeights(const std::string& path) {
  if (auto identity = fileIdentity(path)) return *std::move(identity);
  throw Error(ErrorCode::NotFound, "there is no weight file " + path + "; train the model or put its weights there");
}

PredictorCache::PredictorCache(Limit limit) : limit_(std::move(limit)) {
  if (!limit_) limit_ = [](c10::Device device) { return deviceMemory(device).total / 4; };
}

std::shared_ptr<Predictor> PredictorCache::get(const Json& network, const std::string& weights, c10::Device device,
                                               Precision precision, const JobContext& context) {
  const std::string key = Json::array({network, weights, device.str(), static_cast<int>(precision)}).dump();
  const std::string identity = requireWeights(weights);
  if (auto kept = find(key, identity)) return kept;
  // Outside the lock: another device's thread need not wait for this file.
  std::shared_ptr<Predictor> loaded = load(network, weights, device, precision, context);
  insert({key, device, identity, loaded});
  return loaded;
}

std::shared_ptr<Predictor> PredictorCache::find(const std::string& key, const std::string& fileIdentity) {
  const std::lock_guard lock(mutex_);
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->key != key) continue;
    if (entry->fileIdentity != fileIdentity) {
      entries_.erase(entry);
      return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, entry);
    return entry->predictor;
  }
  return nullptr;
}

void PredictorCache::insert(Entry entry) {
  const c10::Device device = entry.device;
  const int64_t limit = limit_(device);
  const std::lock_guard lock(mutex_);
  entries_.push_front(std::move(entry));
  int64_t kept = 0;
  entries_.remove_if([&, newest = &entries_.front()](const Entry& each) {
    if (each.device != device) return false;
    kept += each.predictor->bytes();
    return kept > limit && &each != newest;
  });
}

void PredictorCache::release(c10::Device device, int kept) {
  const std::lock_guard lock(mutex_);
  entries_.remove_if([&](const Entry& each) { return each.device == device && kept-- <= 0; });
}

}  // namespace mlabel
