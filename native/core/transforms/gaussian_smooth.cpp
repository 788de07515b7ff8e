#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "transforms/arguments.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// monai.networks.layers.convutils.gaussian_1d, approx="erf": the Gaussian integrated over each voxel, cut off at four
/// standard deviations and not normalised.
std::vector<float> gaussianTaps(float sigma) {
  const auto tail = static_cast<int>(std::max(static_cast<double>(sigma) * 4.0, 0.5) + 0.5);
  const float t = 0.70710678F / sigma;
  std::vector<float> taps;
  for (int i = -tail; i <= tail; ++i) {
    const auto x = static_cast<float>(i);
    taps.push_back(std::max(0.5F * (std::erf(t * (x + 0.5F)) - std::erf(t * (x - 0.5F))), 0.0F));
  }
  return taps;
}

/// GaussianSmoothd: convolved with a Gaussian along each axis, zeros beyond the border. `sigma`: voxels, one for all axes or
/// one each; 0 leaves an axis as it is.
class GaussianSmooth {
 public:
  explicit GaussianSmooth(const Args& args) {
    args.choice("approx", {"erf"}, "erf");
    args.require<Json>("sigma");
    auto sigma = args.list<double>("sigma");
    if (sigma.size() == 1) sigma.resize(3, sigma[0]);
    if (sigma.size() != 3) args.invalid("sigma", "must be one number or three");
    for (const double each : sigma) {
      if (!(each >= 0 && each <= 1000)) args.invalid("sigma", "must lie between 0 and 1000 voxels");
      taps_.push_back(gaussianTaps(static_cast<float>(each)));
    }
  }

  void apply(SampleImage& image, const JobContext& context) const {
    image.data = image.data.to(at::kFloat);
    // A 2-D image has no third axis beyond which zeros could lie.
    for (int axis = 0; axis < image.source.dimensions; ++axis) {
      image.data = convolved(image.data, axis + 1, taps_[static_cast<size_t>(axis)], context);
    }
  }

 private:
  static at::Tensor convolved(const at::Tensor& data, int64_t dimension, std::span<const float> taps,
                              const JobContext& context) {
    at::Tensor out = at::zeros_like(data);
    const int64_t size = data.size(dimension);
    const auto tail = static_cast<int64_t>(taps.size() / 2);
    for (int64_t shift = -std::min(tail, size - 1); shift <= std::min(tail, size - 1); ++shift) {
      context.check();
      const int64_t count = size - std::abs(shift);
      out.narrow(dimension, std::max<int64_t>(-shift, 0), count)
          .add_(data.narrow(dimension, std::max<int64_t>(shift, 0), count), taps[static_cast<size_t>(shift + tail)]);
    }
    return out;
  }

  std::vector<std::vector<float>> taps_;
};

}  // namespace

TransformPointer makeGaussianSmooth(const Args& args) { return std::make_shared<ArrayTransform<GaussianSmooth>>(args); }

}  // namespace mlabel
