#include <ATen/ATen.h>

#include <algorithm>

#include "transforms/arguments.hpp"
#include "transforms/largest_component.hpp"
#include "transforms/transform.hpp"
#include "transforms/voxels.hpp"

namespace mlabel {
namespace {

/// KeepLargestConnectedComponentd: of each label (or of all together, independent=false) only the largest component.
/// One channel is a map of values, several are one-hot; applied_labels are values or channels, all but 0 by default.
/// connectivity null: corners count. Changes the data in place where nobody else holds it.
class KeepLargestComponent {
 public:
  explicit KeepLargestComponent(const Args& args) {
    const auto labels = args.list<int64_t>("applied_labels");
    options_.independent = args.get<bool>("independent", true);
    options_.connectivity = args.get<int>("connectivity", 3);
    if (options_.connectivity < 1 || options_.connectivity > 3) args.invalid("connectivity", "must be 1, 2 or 3");
    for (const int64_t label : labels) {
      if (label < 0 || label > 255) args.invalid("applied_labels", "has a value outside 0 to 255");
      options_.values.set(static_cast<size_t>(label));
    }
    if (labels.empty()) options_.values.set().reset(0);
  }

  void apply(SampleImage& image, const JobContext& context) const {
    at::Tensor& data = image.data;
    if (!ownedAlone(data) || !data.is_non_overlapping_and_dense()) data = data.clone();
    if (data.size(0) == 1) {
      keepInMap(data[0], context);
    } else {
      keepInChannels(data, context);
    }
  }

 private:
  void keepInMap(const at::Tensor& map, const JobContext& context) const {
    if (map.scalar_type() == at::kByte) return keepLargestComponent(map, options_, context);
    if (map.numel() > 0 && (map.min().item<double>() < 0 || map.max().item<double>() > 255)) {
      throw Error(ErrorCode::Unsupported, "KeepLargestConnectedComponentd: values outside 0 to 255");
    }
    const at::Tensor labels = map.to(at::kByte);
    keepLargestComponent(labels, options_, context);
    map.masked_fill_(labels == 0, 0);
  }

  void keepInChannels(const at::Tensor& data, const JobContext& context) const {
    ComponentOptions one = options_;
    one.values.set(1);
    at::Tensor joint = at::zeros(data[0].sizes(), at::kByte);
    for (int64_t channel = 0; channel < std::min<int64_t>(data.size(0), 256); ++channel) {
      if (!options_.values[static_cast<size_t>(channel)]) continue;
      const at::Tensor mask = (data[channel] != 0).to(at::kByte);
      joint.bitwise_or_(mask);
      if (!options_.independent) continue;
      keepLargestComponent(mask, one, context);
      data[channel].masked_fill_(mask == 0, 0);
    }
    if (options_.independent) return;
    keepLargestComponent(joint, one, context);
    for (int64_t channel = 0; channel < std::min<int64_t>(data.size(0), 256); ++channel) {
      if (options_.values[static_cast<size_t>(channel)]) data[channel].masked_fill_(joint == 0, 0);
    }
  }

  ComponentOptions options_;
};

}  // namespace

TransformPointer makeKeepLargestComponent(const Args& args) {
  return std::make_shared<ArrayTransform<KeepLargestComponent>>(args);
}

}  // namespace mlabel
