#include <map>

#include "transforms/transform.hpp"
#include "transforms/voxels.hpp"

namespace mlabel {
namespace {

/// MapLabelValued: each of `orig_labels` becomes the one of `target_labels` at its place; other values stay.
class MapLabelValue {
 public:
  explicit MapLabelValue(const Args& args) {
    const auto from = args.require<std::vector<float>>("orig_labels");
    const auto to = args.require<std::vector<float>>("target_labels");
    if (from.size() != to.size()) args.invalid("target_labels", "must have one value for each of orig_labels");
    for (size_t i = 0; i < from.size(); ++i) targets_[from[i]] = to[i];
  }

  void apply(SampleImage& image, const JobContext&) const {
    image.data = mapVoxels(image.data.to(at::kFloat), [&](float value) {
      const auto found = targets_.find(value);
      return found == targets_.end() ? value : found->second;
    });
  }

 private:
  std::map<float, float> targets_;
};

}  // namespace

TransformPointer makeMapLabelValue(const Args& args) { return std::make_shared<ArrayTransform<MapLabelValue>>(args); }

}  // namespace mlabel
