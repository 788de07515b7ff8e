#include "transforms/transform.hpp"
#include "transforms/voxels.hpp"

namespace mlabel {
namespace {

/// ThresholdIntensityd: voxels above `threshold` (below it, with above=false) stay, the others become `cval`.
class ThresholdIntensity {
 public:
  explicit ThresholdIntensity(const Args& args)
      : threshold_(static_cast<float>(args.require<double>("threshold"))),
        above_(args.get<bool>("above", true)),
        other_(static_cast<float>(args.get<double>("cval", 0.0))) {}

  void apply(SampleImage& image, const JobContext&) const {
    image.data = mapVoxels(std::move(image.data),
                           [this](float x) { return (above_ ? x > threshold_ : x < threshold_) ? x : other_; });
  }

 private:
  float threshold_;
  bool above_;
  float other_;
};

}  // namespace

TransformPointer makeThresholdIntensity(const Args& args) {
  return std::make_shared<ArrayTransform<ThresholdIntensity>>(args);
}

}  // namespace mlabel
