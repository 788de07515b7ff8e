#include "runtime/predictor_cache.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "networks/network.hpp"
#include "networks/weights.hpp"

namespace mlabel {
namespace {

/// A person's models of one session; each holds its weights in memory, prepacked.
constexpr size_t kKept = 4;

/// Changes whenever the file is replaced or written to. Throws NotFound or Io.
std::string fileIdentity(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    const bool absent = errno == ENOENT || errno == ENOTDIR;
    throw Error(absent ? ErrorCode::NotFound : ErrorCode::Io,
                absent ? "there is no weight file " + path + "; train the model or put its weights there"
                       : "cannot look at the weight file " + path + ": " + std::strerror(errno));
  }
  std::string identity;
  for (const long number : {static_cast<long>(status.st_dev), static_cast<long>(status.st_ino),
                            static_cast<long>(status.st_size), static_cast<long>(status.st_mtim.tv_sec),
                            static_cast<long>(status.st_mtim.tv_nsec)}) {
    identity += std::to_string(number) + " ";
  }
  return identity;
}

std::unique_ptr<Predictor> load(const Json& spec, const std::string& weights, c10::Device device, Precision precision) {
  if (spec.is_null()) return makeScriptPredictor(weights, device, precision);
  const std::shared_ptr<Network> network = makeNetwork(spec);
  loadStateDict(*network, readStateDict(weights), true);
  network->eval();
  return makePredictor(network, device, precision);
}

}  // namespace

std::shared_ptr<Predictor> PredictorCache::get(const Json& network, const std::string& weights, c10::Device device,
                                               Precision precision) {
  const std::string key = Json::array({network, weights, device.str(), static_cast<int>(precision)}).dump();
  const std::string identity = fileIdentity(weights);
  if (auto kept = find(key, identity)) return kept;
  // Outside the lock: another device's thread need not wait for this file.
  std::shared_ptr<Predictor> loaded = load(network, weights, device, precision);
  insert({key, identity, loaded});
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
  const std::lock_guard lock(mutex_);
  entries_.push_front(std::move(entry));
  if (entries_.size() > kKept) entries_.pop_back();
}

}  // namespace mlabel
