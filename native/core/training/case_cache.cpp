#include "training/case_cache.hpp"

#include <ATen/ATen.h>

#include <utility>

#include "runtime/main_memory.hpp"

namespace mlabel {
namespace {

constexpr double largestHalf = 65504;

/// The narrowest type that holds the values well enough: uint8 for whole numbers of a label, float16 for an image.
at::ScalarType compactType(const std::string& key, const at::Tensor& data) {
  if (data.numel() == 0) return data.scalar_type();
  const auto [low, high] = data.aminmax();
  if (key == "label") return low.item<double>() >= 0 && high.item<double>() <= 255 ? at::kByte : data.scalar_type();
  const double largest = std::max(-low.item<double>(), high.item<double>());
  return largest <= largestHalf ? at::kHalf : data.scalar_type();
}

void checkClasses(const SampleImage& label, int64_t classes) {
  if (label.data.numel() == 0) return;
  const auto [low, high] = label.data.aminmax();
  for (const at::Tensor& end : {low, high}) {
    const auto value = end.item<double>();
    if (value >= 0 && value < static_cast<double>(classes)) continue;
    throw Error(ErrorCode::InvalidFile, "the label value " + std::to_string(static_cast<int64_t>(value)) +
                                            " is none of the model's classes 0 to " + std::to_string(classes - 1));
  }
}

/// Whether another case may do better.
bool isOfTheCase(ErrorCode code) {
  return code != ErrorCode::Cancelled && code != ErrorCode::OutOfMemory && code != ErrorCode::Internal;
}

std::string nameOf(const TrainCase& item) { return item.image + " with " + item.label; }

void tellReplaced(const TrainCase& item, const Sample& sample, const JobContext& context) {
  const auto image = sample.images.find("image");
  if (image == sample.images.end() || image->second.source.replacedVoxels == 0) return;
  context.report({{"message", item.image + ": " + std::to_string(image->second.source.replacedVoxels) +
                                  " voxels are not finite numbers; the lowest value of the image stands for them"}});
}

}  // namespace

CaseCache::CaseCache(const std::vector<TrainCase>& cases, const Pipeline& pipeline, Options options)
    : cases_(cases), pipeline_(pipeline), options_(options), slots_(cases.size()) {}

std::optional<Sample> CaseCache::usable(size_t index, const JobContext& context) {
  Slot& slot = slots_.at(index);
  const std::scoped_lock lock(slot.mutex);
  if (slot.broken) return std::nullopt;
  try {
    return prepared(slot, index, context);
  } catch (const Error& error) {
    if (!isOfTheCase(error.code())) throw;
    slot.broken = true;
    if (++broken_ == slots_.size() && !options_.mayBeEmpty) throw;
    context.report({{"message", "left out: " + std::string(error.what())}});
    return std::nullopt;
  }
}

void CaseCache::passOver(size_t index, const Error& error, const JobContext& context) {
  if (!isOfTheCase(error.code())) throw error;
  Slot& slot = slots_.at(index);
  const std::scoped_lock lock(slot.mutex);
  if (std::exchange(slot.passedOver, true)) return;
  context.report({{"message", "passed over: " + nameOf(cases_[index]) + ": " + error.what()}});
}

Sample CaseCache::prepared(Slot& slot, size_t index, const JobContext& context) {
  if (!slot.kept) {
    Sample sample = prepare(index, context);
    if (!slot.tried) {
      tellReplaced(cases_[index], sample, context);
      keep(slot, sample);
      slot.tried = true;
    }
    return sample;
  }
  Sample sample = slot.sample;
  for (auto& [key, image] : sample.images) image.data = image.data.to(at::kFloat);
  return sample;
}

Sample CaseCache::prepare(size_t index, const JobContext& context) const {
  const TrainCase& item = cases_[index];
  try {
    Sample sample;
    sample.files = {{"image", item.image}, {"label", item.label}};
    sample.labelValues = item.labelValues;
    pipeline_.applyDeterministic(sample, context);
    checkClasses(sample.at("label", "training"), options_.classes);
    return sample;
  } catch (...) {
    const Error error = currentError();
    if (error.code() == ErrorCode::Cancelled) throw;
    throw Error(error.code(), nameOf(item) + ": " + error.what());
  }
}

void CaseCache::keep(Slot& slot, const Sample& sample) {
  std::map<std::string, at::ScalarType> types;
  int64_t bytes = 0;
  for (const auto& [key, image] : sample.images) {
    types[key] = options_.compact ? compactType(key, image.data) : image.data.scalar_type();
    bytes += image.data.numel() * static_cast<int64_t>(c10::elementSize(types[key]));
  }
  if (!reserve(bytes)) return;
  slot.sample = sample;
  for (auto& [key, image] : slot.sample.images) {
    // A crop is a view: a copy of its own lets the whole volume go.
    const bool view = static_cast<size_t>(image.data.nbytes()) < image.data.storage().nbytes();
    image.data = image.data.to(types[key], /*non_blocking=*/false, /*copy=*/view, at::MemoryFormat::Contiguous);
  }
  slot.kept = true;
}

bool CaseCache::reserve(int64_t bytes) {
  // A third of what is free stays for the others.
  const bool fits = bytes <= memoryToSpare() / 3 * 2;
  if (bytes_.fetch_add(bytes) + bytes <= options_.maxBytes && fits) return true;
  bytes_.fetch_sub(bytes);
  return false;
}

}  // namespace mlabel
