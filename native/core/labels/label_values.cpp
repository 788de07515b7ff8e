#include "labels/label_values.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <unordered_map>

namespace mlabel {
namespace {

constexpr int64_t grain = 1 << 16;
/// Values of the usual size are looked up in an array.
constexpr int64_t arraySize = 1 << 16;

/// The targets of one layer's values.
class Targets {
 public:
  Targets(const LabelValues& values, int64_t layer) {
    for (const LabelValue& entry : values) {
      if (entry.layer != layer) continue;
      if (entry.value >= 0 && entry.value < arraySize) {
        if (static_cast<size_t>(entry.value) >= small_.size()) small_.resize(static_cast<size_t>(entry.value) + 1);
        small_[static_cast<size_t>(entry.value)] = static_cast<int32_t>(entry.target);
      } else {
        others_[entry.value] = static_cast<int32_t>(entry.target);
      }
    }
  }

  int32_t of(int32_t value) const {
    if (value >= 0 && static_cast<size_t>(value) < small_.size()) return small_[static_cast<size_t>(value)];
    if (others_.empty()) return 0;
    const auto found = others_.find(value);
    return found == others_.end() ? 0 : found->second;
  }

 private:
  std::vector<int32_t> small_;
  std::unordered_map<int64_t, int32_t> others_;
};

std::string nameOf(const LabelValues& values, int32_t target) {
  const auto found =
      std::find_if(values.begin(), values.end(), [&](const LabelValue& v) { return v.target == target; });
  return found == values.end() || found->name.empty() ? std::to_string(target) : found->name;
}

using Overlaps = std::map<std::pair<int32_t, int32_t>, int64_t>;

/// Lays one layer upon what earlier ones gave.
template <class Value, class Target>
void layOver(const Value* layer, const Targets& targets, Target* merged, int64_t count, Overlaps& overlaps,
             const JobContext& context) {
  std::mutex mutex;
  at::parallel_for(0, count, grain, [&](int64_t begin, int64_t end) {
    Overlaps own;
    for (int64_t i = begin; i < end; ++i) {
      if (i % grain == 0) context.check();
      const int32_t target = targets.of(static_cast<int32_t>(layer[i]));
      if (target == 0) continue;
      const auto now = static_cast<int32_t>(merged[i]);
      if (now != 0 && now != target) ++own[{now, target}];
      merged[i] = static_cast<Target>(target);
    }
    if (own.empty()) return;
    const std::scoped_lock lock(mutex);
    for (const auto& [pair, voxels] : own) overlaps[pair] += voxels;
  });
}

template <class Target>
void merge(const at::Tensor& layers, const LabelValues& values, at::Tensor& merged, Overlaps& overlaps,
           const JobContext& context) {
  const int64_t count = merged.numel();
  for (int64_t layer = 0; layer < layers.size(0); ++layer) {
    const Targets targets(values, layer);
    const at::Tensor source = layers[layer].permute({2, 1, 0}).contiguous();
    if (source.scalar_type() == at::kByte) {
      layOver(source.const_data_ptr<uint8_t>(), targets, merged.data_ptr<Target>(), count, overlaps, context);
    } else {
      layOver(source.const_data_ptr<int32_t>(), targets, merged.data_ptr<Target>(), count, overlaps, context);
    }
  }
}

}  // namespace

std::optional<LabelValues> parseLabelValues(const Args& args, const std::string& field) {
  if (!args.has(field)) return std::nullopt;
  LabelValues values;
  for (const Json& entry : args.require<std::vector<Json>>(field)) {
    const Args fields(args.owner() + "." + field, entry);
    LabelValue value{fields.require<int64_t>("layer"), fields.require<int64_t>("value"),
                     fields.require<int64_t>("target"), fields.get("name", std::string())};
    fields.finish();
    if (value.layer < 0) fields.invalid("layer", "is negative");
    if (std::abs(value.target) > INT32_MAX) fields.invalid("target", "is beyond 2^31-1");
    values.push_back(std::move(value));
  }
  return values;
}

at::Tensor mergeLayers(const at::Tensor& layers, const LabelValues& values, const JobContext& context) {
  const auto isByte = [](const LabelValue& entry) { return entry.target >= 0 && entry.target <= UINT8_MAX; };
  const bool narrow = std::all_of(values.begin(), values.end(), isByte);
  at::Tensor merged = at::zeros({layers.size(3), layers.size(2), layers.size(1)}, narrow ? at::kByte : at::kInt);
  Overlaps overlaps;
  narrow ? merge<uint8_t>(layers, values, merged, overlaps, context)
         : merge<int32_t>(layers, values, merged, overlaps, context);
  if (!overlaps.empty()) {
    const auto& [pair, voxels] = *overlaps.begin();
    throw Error(ErrorCode::UnfitLabel, nameOf(values, pair.first) + " and " + nameOf(values, pair.second) +
                                           " overlap in " + std::to_string(voxels) +
                                           " voxels; a voxel can belong to one of them only");
  }
  return merged.permute({2, 1, 0}).unsqueeze(0);
}

}  // namespace mlabel
