// Proves that a device computes: one small 3-D convolution against the sum written out.
#include <ATen/ATen.h>

#include <chrono>

#include "operations/operation.hpp"
#include "runtime/device.hpp"

namespace mlabel {
namespace {

constexpr int64_t side = 6;
constexpr int64_t kernelSide = 3;
constexpr int64_t outputSide = side - kernelSide + 1;

/// Small integers, so that every partial sum is exact in float32 in whatever order it is taken.
at::Tensor smallIntegers(at::IntArrayRef shape, int64_t modulus) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return at::arange(count, at::kFloat).mul(7).remainder(static_cast<double>(modulus)).sub(modulus / 2).reshape(shape);
}

/// The valid cross-correlation of [S, S, S] with [K, K, K].
at::Tensor writtenOut(const at::Tensor& image, const at::Tensor& kernel) {
  at::Tensor result = at::zeros({outputSide, outputSide, outputSide});
  const auto x = image.accessor<float, 3>();
  const auto w = kernel.accessor<float, 3>();
  auto y = result.accessor<float, 3>();
  for (int64_t i = 0; i < outputSide; ++i)
    for (int64_t j = 0; j < outputSide; ++j)
      for (int64_t k = 0; k < outputSide; ++k)
        for (int64_t a = 0; a < kernelSide; ++a)
          for (int64_t b = 0; b < kernelSide; ++b)
            for (int64_t c = 0; c < kernelSide; ++c) y[i][j][k] += x[i + a][j + b][k + c] * w[a][b][c];
  return result;
}

class SelfTestOperation : public SimpleOperation {
 public:
  explicit SelfTestOperation(const Json& options) {
    const Args args("selfTest", options);
    device_ = args.require<std::string>("device");
    args.finish();
    parseDevice(device_);
  }

  Lane lane() const override { return Lane::Infer; }
  std::string device() const override { return device_; }

  Json run(Runtime&, const JobContext&) override {
    const c10::InferenceMode guard;
    const c10::Device device = parseDevice(device_);
    const at::Tensor image = smallIntegers({side, side, side}, 11);
    const at::Tensor kernel = smallIntegers({kernelSide, kernelSide, kernelSide}, 5);
    const auto start = std::chrono::steady_clock::now();
    const at::Tensor result = at::conv3d(image.to(device).reshape({1, 1, side, side, side}),
                                         kernel.to(device).reshape({1, 1, kernelSide, kernelSide, kernelSide}))
                                  .cpu();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    const at::Tensor expected = writtenOut(image, kernel);
    const auto difference = (result.reshape(expected.sizes()) - expected).abs().max().item<double>();
    return {{"seconds", seconds.count()}, {"maxDifference", difference}};
  }

 private:
  std::string device_;
};

}  // namespace

std::unique_ptr<Operation> makeSelfTestOperation(const Json& options) {
  return std::make_unique<SelfTestOperation>(options);
}

}  // namespace mlabel
