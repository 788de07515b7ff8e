#include <ATen/ATen.h>

#include <cmath>
#include <optional>

#include "transforms/transform.hpp"
#include "transforms/voxels.hpp"

namespace mlabel {
namespace {

struct Moments {
  int64_t count = 0;
  double mean = 0;
  double deviation = 0;
};

/// Sum of function(x) over the voxels that count, in double.
template <class Function>
double sumOver(const at::Tensor& data, bool nonzero, const Function& function) {
  const float* values = data.const_data_ptr<float>();
  const auto part = [&](int64_t begin, int64_t end, double sum) {
    for (int64_t i = begin; i < end; ++i)
      sum += nonzero && values[i] == 0 ? 0.0 : function(static_cast<double>(values[i]));
    return sum;
  };
  return at::parallel_reduce(0, data.numel(), 1 << 16, 0.0, part, std::plus<>());
}

/// Mean and population standard deviation over the voxels that count.
Moments moments(const at::Tensor& data, bool nonzero) {
  Moments result;
  result.count = std::llround(sumOver(data, nonzero, [](double) { return 1.0; }));
  if (result.count == 0) return result;
  const auto count = static_cast<double>(result.count);
  result.mean = sumOver(data, nonzero, [](double x) { return x; }) / count;
  const double mean = result.mean;
  result.deviation = std::sqrt(sumOver(data, nonzero, [mean](double x) { return (x - mean) * (x - mean); }) / count);
  return result;
}

/// NormalizeIntensityd: (x − mean) / standard deviation, or with the subtrahend and divisor given; with `nonzero` only
/// voxels that are not 0 count and change. A divisor of 0 counts as 1.
class NormalizeIntensity {
 public:
  explicit NormalizeIntensity(const Args& args) {
    if (args.has("subtrahend")) subtrahend_ = args.require<double>("subtrahend");
    if (args.has("divisor")) divisor_ = args.require<double>("divisor");
    nonzero_ = args.get<bool>("nonzero", false);
    channelWise_ = args.get<bool>("channel_wise", false);
  }

  void apply(SampleImage& image, const JobContext&) const {
    at::Tensor& data = image.data;
    data = writable(std::move(data));
    if (!channelWise_) return normalize(memoryRow(data));
    // Channels lie one behind the other only in this order of memory.
    data = data.contiguous();
    for (int64_t channel = 0; channel < data.size(0); ++channel) normalize(data.select(0, channel));
  }

 private:
  void normalize(const at::Tensor& data) const {
    const bool measured = !subtrahend_ || !divisor_;
    const Moments found = measured ? moments(data, nonzero_) : Moments{};
    if (measured && found.count == 0) return;
    const auto mean = static_cast<float>(subtrahend_.value_or(found.mean));
    auto deviation = static_cast<float>(divisor_.value_or(found.deviation));
    if (deviation == 0) deviation = 1;
    float* values = data.mutable_data_ptr<float>();
    const bool nonzero = nonzero_;
    at::parallel_for(0, data.numel(), 1 << 16, [=](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        if (!nonzero || values[i] != 0) values[i] = (values[i] - mean) / deviation;
      }
    });
  }

  std::optional<double> subtrahend_;
  std::optional<double> divisor_;
  bool nonzero_;
  bool channelWise_;
};

}  // namespace

TransformPointer makeNormalizeIntensity(const Args& args) {
  return std::make_shared<ArrayTransform<NormalizeIntensity>>(args);
}

}  // namespace mlabel
