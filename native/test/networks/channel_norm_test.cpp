#include "networks/channel_norm.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/InferenceMode.h>
#include <doctest/doctest.h>

using namespace mlabel;

namespace {

at::Tensor channelsLast(const at::Tensor& x) {
  return x.contiguous(x.dim() == 5 ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::ChannelsLast);
}

double apart(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

}  // namespace

TEST_CASE("instance and group norm with a leaky ReLU give what ATen gives") {
  const c10::InferenceMode guard;
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(3);
  const std::vector<std::vector<int64_t>> shapes{{1, 2, 3, 4, 5}, {2, 16, 9, 7, 13},  {1, 32, 20, 20, 20},
                                                 {3, 6, 17, 11},  {1, 48, 1, 1, 200}, {1, 4, 1, 300, 1}};
  for (const auto& shape : shapes) {
    for (const NormOptions& options :
         {NormOptions{.kind = NormKind::Instance}, NormOptions{.kind = NormKind::Instance, .affine = true, .eps = 0.1},
          NormOptions{.kind = NormKind::Group, .affine = true, .groups = 2}}) {
      CAPTURE(shape);
      CAPTURE(static_cast<int>(options.kind));
      Norm norm(options, shape[1]);
      if (options.affine) {
        norm.weight.copy_(at::randn({shape[1]}, generator));
        norm.bias.copy_(at::randn({shape[1]}, generator));
      }
      // A mean far from zero, as behind a ReLU: what is left of the digits must be the right ones.
      const at::Tensor input = at::randn(shape, generator).add_(30);
      for (const double slope : {1.0, 0.0, 0.25}) {
        const at::Tensor expected = at::leaky_relu(norm.forward(input), slope);
        const at::Tensor x = channelsLast(input).clone(at::MemoryFormat::Preserve);
        normaliseChannels(x, norm, slope);
        CHECK(apart(x, expected) <= 2e-5);
      }
    }
  }
}

TEST_CASE("a channel without variation becomes its bias, and nothing is not a number") {
  const c10::InferenceMode guard;
  Norm norm({.kind = NormKind::Instance, .affine = true}, 2);
  norm.bias.copy_(at::tensor({0.5f, -0.5f}));
  const at::Tensor x = channelsLast(at::full({1, 2, 5, 6, 7}, 1000.0f));
  normaliseChannels(x, norm, 0.5);
  CHECK(x.select(1, 0).eq(0.5).all().item<bool>());
  CHECK(x.select(1, 1).eq(-0.25).all().item<bool>());
}
