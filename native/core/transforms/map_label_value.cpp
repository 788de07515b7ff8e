#include <cmath>
#include <map>

#include "transforms/arguments.hpp"
#include "transforms/transform.hpp"
#include "transforms/voxels.hpp"

namespace mlabel {
namespace {

constexpr int64_t largestSpan = int64_t{1} << 24;

/// MapLabelsd (ours): values of the label file → classes of the model by Sample::labelValues; what is not listed becomes
/// background 0; without a list nothing changes.
class MapLabels final : public Transform {
 public:
  explicit MapLabels(const Json& spec) {
    const Args args("MapLabelsd", spec);
    keys_ = keysOf(args);
    args.finish();
  }

  void apply(Sample& sample, const JobContext&) const override {
    if (sample.labelValues.empty()) return;
    const int64_t lowest = sample.labelValues.begin()->first;
    const int64_t highest = sample.labelValues.rbegin()->first;
    if (lowest < -largestSpan || highest > largestSpan) {
      throw Error(ErrorCode::InvalidInput, "MapLabelsd: a label value lies beyond 2^24");
    }
    std::vector<float> classes(static_cast<size_t>(highest - lowest + 1));
    for (const auto& [value, label] : sample.labelValues) classes[value - lowest] = static_cast<float>(label);

    for (const auto& key : keys_) {
      at::Tensor& data = sample.at(key, "MapLabelsd").data;
      data = mapVoxels(std::move(data), [&](float value) {
        const float whole = std::nearbyint(value);
        const bool listed = whole >= static_cast<float>(lowest) && whole <= static_cast<float>(highest);
        return listed ? classes[static_cast<int64_t>(whole) - lowest] : 0.0f;
      });
    }
  }

 private:
  std::vector<std::string> keys_;
};

/// MapLabelValued: each of `orig_labels` becomes the one of `target_labels` at its place; other values stay.
class MapLabelValue final : public Transform {
 public:
  explicit MapLabelValue(const Json& spec) {
    const Args args("MapLabelValued", spec);
    keys_ = keysOf(args);
    const auto from = args.require<std::vector<float>>("orig_labels");
    const auto to = args.require<std::vector<float>>("target_labels");
    if (from.size() != to.size()) args.invalid("target_labels", "must have one value for each of orig_labels");
    for (size_t i = 0; i < from.size(); ++i) targets_[from[i]] = to[i];
    args.finish();
  }

  void apply(Sample& sample, const JobContext&) const override {
    for (const auto& key : keys_) {
      at::Tensor& data = sample.at(key, "MapLabelValued").data;
      data = mapVoxels(data.to(at::kFloat), [&](float value) {
        const auto found = targets_.find(value);
        return found == targets_.end() ? value : found->second;
      });
    }
  }

 private:
  std::vector<std::string> keys_;
  std::map<float, float> targets_;
};

}  // namespace

TransformPointer makeMapLabelValue(const Json& spec) { return std::make_shared<MapLabelValue>(spec); }
TransformPointer makeMapLabels(const Json& spec) { return std::make_shared<MapLabels>(spec); }

}  // namespace mlabel
