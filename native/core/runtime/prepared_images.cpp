#include "runtime/prepared_images.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "runtime/file_identity.hpp"
#include "runtime/main_memory.hpp"

namespace mlabel {
namespace {

/// Of all files of a sample; empty where one of them is not there, which the transforms will say.
std::string identityOf(const Sample& sample) {
  std::string all;
  for (const auto& [key, path] : sample.files) {
    const auto identity = fileIdentity(path);
    if (!identity) return "";
    all += *identity;
  }
  return all;
}

/// A copy whose tensors hold no more memory than their voxels: a crop is a view of the whole volume.
std::shared_ptr<const Sample> compact(Sample sample) {
  for (auto& [key, image] : sample.images) {
    const bool view = static_cast<size_t>(image.data.nbytes()) < image.data.storage().nbytes();
    if (view) image.data = image.data.clone(at::MemoryFormat::Contiguous);
  }
  return std::make_shared<const Sample>(std::move(sample));
}

int64_t bytesOf(const Sample& sample) {
  int64_t bytes = 0;
  for (const auto& [key, image] : sample.images) bytes += static_cast<int64_t>(image.data.nbytes());
  return bytes;
}

}  // namespace

PreparedImages::PreparedImages(Limit limit) : limit_(std::move(limit)) {
  if (!limit_) limit_ = [] { return mainMemory().total / 4; };
}

void PreparedImages::prepare(Sample& sample, const Pipeline& pipeline, bool keep, const JobContext& context,
                             Timings* timings) {
  // Tensors for everybody, also where an inference is interrupted for this.
  const c10::InferenceMode no(false);
  const at::NoGradGuard noGrad;
  const std::string key = Json::array({sample.files, pipeline.prefix()}).dump();
  // Before the files are read: of one that is replaced meanwhile the entry is not found again.
  const std::string identity = identityOf(sample);
  std::shared_ptr<const Sample> prepared = find(key, identity);
  if (!prepared) {
    Sample read;
    read.files = sample.files;
    pipeline.applyPrefix(read, context, timings);
    prepared = compact(std::move(read));
    if (keep && !identity.empty()) insert({key, identity, prepared, bytesOf(*prepared)});
  }
  Sample given = std::exchange(sample, *prepared);
  sample.clicks = std::move(given.clicks);
  sample.labelValues = std::move(given.labelValues);
  // Else the last holder of what was not kept would keep it from being changed in place.
  prepared.reset();
  pipeline.applyBehindPrefix(sample, context, timings);
}

std::shared_ptr<const Sample> PreparedImages::find(const std::string& key, const std::string& identity) {
  // Freed behind the lock.
  std::list<Entry> forgotten;
  const std::lock_guard lock(mutex_);
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->key != key) continue;
    if (entry->identity == identity) {
      entries_.splice(entries_.begin(), entries_, entry);
      return entry->sample;
    }
    bytes_ -= entry->bytes;
    forgotten.splice(forgotten.end(), entries_, entry);
    break;
  }
  return nullptr;
}

void PreparedImages::insert(Entry entry) {
  // What runs next wants memory, too.
  const int64_t limit = std::min(limit_(), bytes() + memoryToSpare() / 3);
  if (entry.bytes > limit) return;
  // Freed behind the lock.
  std::list<Entry> forgotten;
  const std::lock_guard lock(mutex_);
  bytes_ += entry.bytes;
  entries_.push_front(std::move(entry));
  const auto forget = [&](std::list<Entry>::iterator old) {
    bytes_ -= old->bytes;
    forgotten.splice(forgotten.end(), entries_, old);
  };
  // Two requests may have prepared one image at the same time.
  const auto same = std::find_if(std::next(entries_.begin()), entries_.end(),
                                 [&](const Entry& each) { return each.key == entries_.front().key; });
  if (same != entries_.end()) forget(same);
  while (bytes_ > limit) forget(std::prev(entries_.end()));
}

void PreparedImages::release() {
  std::list<Entry> forgotten;
  const std::lock_guard lock(mutex_);
  forgotten.swap(entries_);
  bytes_ = 0;
}

int64_t PreparedImages::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace mlabel
