#include <ATen/ATen.h>

#include "transforms/arguments.hpp"
#include "transforms/transform.hpp"
#include "transforms/voxels.hpp"

namespace mlabel {
namespace {

/// ScaleIntensityd: the smallest and the largest voxel over all channels become minv and maxv; a constant image becomes
/// x · minv, as in MONAI.
class ScaleIntensity final : public Transform {
 public:
  explicit ScaleIntensity(const Json& spec) {
    const Args args("ScaleIntensityd", spec);
    keys_ = keysOf(args);
    minimum_ = args.get<double>("minv", 0.0);
    maximum_ = args.get<double>("maxv", 1.0);
    args.finish();
  }

  void apply(Sample& sample, const JobContext& context) const override {
    const auto scale = static_cast<float>(maximum_ - minimum_);
    const auto shift = static_cast<float>(minimum_);
    for (const auto& key : keys_) {
      context.check();
      at::Tensor& data = sample.at(key, "ScaleIntensityd").data;
      if (data.numel() == 0) continue;
      data = writable(std::move(data));
      const auto [lowest, highest] = at::aminmax(memoryRow(data));
      const auto low = lowest.item<float>();
      const auto width = highest.item<float>() - low;
      data = mapVoxels(std::move(data),
                       [=](float x) { return width == 0 ? x * shift : (x - low) / width * scale + shift; });
    }
  }

 private:
  std::vector<std::string> keys_;
  double minimum_;
  double maximum_;
};

}  // namespace

TransformPointer makeScaleIntensity(const Json& spec) { return std::make_shared<ScaleIntensity>(spec); }

}  // namespace mlabel
