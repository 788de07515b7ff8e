#include <ATen/ATen.h>

#include "transforms/arguments.hpp"
#include "transforms/transform.hpp"
#include "transforms/voxels.hpp"

namespace mlabel {
namespace {

/// The same noise for every image; MONAI has no transform that does this alone.
class AddNoise {
 public:
  explicit AddNoise(at::Tensor noise) : noise_(std::move(noise)) {}

  void apply(SampleImage& image, const JobContext&) const {
    if (image.data.sizes() != noise_.sizes()) {
      throw Error(ErrorCode::InvalidInput, "RandGaussianNoised: the images of its keys differ in size");
    }
    image.data = writable(std::move(image.data)).add_(noise_);
  }

 private:
  at::Tensor noise_;
};

/// RandGaussianNoised: with probability `prob`, noise of mean `mean` added to every voxel, the same to all keys. Its
/// standard deviation is drawn between 0 and `std`, or is `std` with sample_std=false.
class RandGaussianNoise final : public Randomized<AddNoise> {
 public:
  explicit RandGaussianNoise(const Args& args)
      : Randomized(args),
        probability_(probabilityOf(args)),
        mean_(args.get<double>("mean", 0.0)),
        deviation_(args.get<double>("std", 0.1)),
        sampled_(args.get<bool>("sample_std", true)) {
    if (!(deviation_ >= 0)) args.invalid("std", "must not be negative");
  }

 private:
  std::optional<AddNoise> draw(RandomStream& random, const SampleImage& first) const override {
    if (random.rand() >= probability_) return std::nullopt;
    RandomState& state = random.inner();
    const double deviation = sampled_ ? state.uniform(0, deviation_) : deviation_;
    at::Tensor noise = at::empty(first.data.sizes(), at::kFloat);
    float* values = noise.mutable_data_ptr<float>();
    for (int64_t i = 0; i < noise.numel(); ++i) values[i] = static_cast<float>(mean_ + deviation * state.normal());
    return AddNoise(std::move(noise));
  }

  double probability_;
  double mean_;
  double deviation_;
  bool sampled_;
};

}  // namespace

TransformPointer makeRandGaussianNoise(const Args& args) { return std::make_shared<RandGaussianNoise>(args); }

}  // namespace mlabel
