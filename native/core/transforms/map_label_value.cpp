#include <map>

#include "transforms/arguments.hpp"
#include "transforms/transform.hpp"
#include "transforms/voxels.hpp"

namespace mlabel {
namespace {

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

}  // namespace mlabel
