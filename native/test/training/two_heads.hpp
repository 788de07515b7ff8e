// A network with two inputs and two heads, TwoHeads of scripts/golden/make_recipes.py.
#pragma once

#include <ATen/ATen.h>

#include "networks/convolution.hpp"
#include "networks/network.hpp"

namespace mlabel::test {

class TwoHeads : public Network {
 public:
  TwoHeads() {
    const auto layer = [this](const char* name, int64_t in, int64_t out, int64_t kernel, int64_t stride) {
      const std::vector<int64_t> padding(3, kernel / 2), kernels(3, kernel), strides(3, stride);
      return register_module(
          name, std::make_shared<ConvolutionLayer>(ConvolutionOptions{
                    .inChannels = in, .outChannels = out, .kernel = kernels, .stride = strides, .padding = padding}));
    };
    fine_ = layer("fine", 2, 4, 3, 1);
    middle_ = layer("middle", 4, 6, 3, 2);
    coarse_ = layer("coarse", 6, 8, 3, 2);
    out_ = layer("out", 4, 2, 1, 1);
    head0_ = layer("head0", 6, 2, 1, 1);
    head1_ = layer("head1", 8, 2, 1, 1);
  }

  at::Tensor run(const at::Tensor& input, LayerRunner& runner) const override {
    return convolve(out_, convolve(fine_, input, runner).tanh(), runner);
  }

  Outputs runWithHeads(const at::Tensor& input, LayerRunner& runner) const override {
    const at::Tensor fine = convolve(fine_, input, runner).tanh();
    const at::Tensor middle = convolve(middle_, fine, runner).tanh();
    const at::Tensor coarse = convolve(coarse_, middle, runner).tanh();
    return {convolve(out_, fine, runner), {convolve(head0_, middle, runner), convolve(head1_, coarse, runner)}};
  }

  int64_t inChannels() const override { return 2; }
  int64_t outChannels() const override { return 2; }
  int spatialDims() const override { return 3; }
  int64_t divisor() const override { return 1; }

 private:
  using Layer = std::shared_ptr<ConvolutionLayer>;

  static at::Tensor convolve(const Layer& layer, const at::Tensor& input, LayerRunner& runner) {
    return runner.convolve(*layer, nullptr, input, {});
  }

  Layer fine_, middle_, coarse_, out_, head0_, head1_;
};

}  // namespace mlabel::test
