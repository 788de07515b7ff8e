#include "networks/narrow_convolution.hpp"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <doctest/doctest.h>

#include "networks/narrow_kernels.hpp"

namespace mlabel {
namespace {

ConvolutionOptions options(int64_t in, int64_t out, bool transposed) {
  const int64_t stride = transposed ? 2 : 1;
  return {in, out, {3, 3, 3}, {stride, stride, stride}, {1, 1, 1}, transposed, true};
}

/// Largest difference to libtorch's convolution in double.
double difference(const ConvolutionOptions& options, at::Tensor input, std::optional<double> slope, bool bias) {
  const c10::InferenceMode guard;
  std::vector<int64_t> shape{options.outChannels, options.inChannels, 3, 3, 3};
  if (options.transposed) std::swap(shape[0], shape[1]);
  const at::Tensor weight = at::randn(shape) / std::sqrt(27.0 * static_cast<double>(options.inChannels));
  const at::Tensor shift = bias ? at::randn({options.outChannels}) : at::Tensor();
  const at::Tensor result = NarrowConvolution(options, weight, shift, slope).run(input);

  const std::vector<int64_t> ones(3, 1), outputPadding(3, options.transposed ? 1 : 0);
  at::Tensor expected =
      at::convolution(input.to(at::kDouble), weight.to(at::kDouble), bias ? shift.to(at::kDouble) : shift,
                      options.stride, options.padding, ones, options.transposed, outputPadding, 1);
  if (slope) expected = at::leaky_relu(expected, *slope);
  REQUIRE(result.sizes() == expected.sizes());
  CHECK((result.scalar_type() == at::kFloat));
  return (result.to(at::kDouble) - expected).abs().max().item<double>();
}

}  // namespace

TEST_CASE("narrow convolutions are libtorch's, for all channels, odd sizes and both layouts") {
  at::manual_seed(0);
  for (const bool transposed : {true, false}) {
    for (const int64_t out : {1, 2, 3, 5, 8}) {
      for (const int64_t in : {1, 2, 7}) {
        CAPTURE(transposed);
        CAPTURE(out);
        CAPTURE(in);
        const at::Tensor input = at::randn({2, in, 3, 4, 21});
        CHECK(difference(options(in, out, transposed), input, 0.2, true) < 1e-5);
        const at::Tensor last = input.contiguous(at::MemoryFormat::ChannelsLast3d);
        CHECK(difference(options(in, out, transposed), last, std::nullopt, false) < 1e-5);
      }
    }
    for (const int64_t width : {1, 2, 15, 16, 17, 18, 19, 33, 34, 35, 50}) {
      CAPTURE(width);
      CHECK(difference(options(4, 2, transposed), at::randn({1, 4, 2, 1, width}), 0.0, true) < 1e-5);
    }
  }
}

TEST_CASE("a narrow convolution takes bfloat16 and computes in float32") {
  at::manual_seed(1);
  const at::Tensor input = at::randn({1, 8, 4, 5, 6}).to(at::kBFloat16);
  CHECK(difference(options(8, 2, true), input, 0.1, true) < 1e-5);
  CHECK(difference(options(8, 2, false), input, 0.1, true) < 1e-5);
}

TEST_CASE("which convolutions are narrow") {
  CHECK(NarrowConvolution::fits(options(64, 2, true)));
  CHECK(NarrowConvolution::fits(options(8, 8, false)));
  CHECK_FALSE(NarrowConvolution::fits(options(64, 16, true)));
  CHECK_FALSE(NarrowConvolution::fits(options(64, 2, false)));
  ConvolutionOptions other = options(2, 2, false);
  other.kernel = {1, 1, 1};
  CHECK_FALSE(NarrowConvolution::fits(other));
  other = options(2, 2, false);
  other.stride = {2, 2, 2};
  CHECK_FALSE(NarrowConvolution::fits(other));
  other = {2, 2, {3, 3}, {1, 1}, {1, 1}, false, true};
  CHECK_FALSE(NarrowConvolution::fits(other));
}

TEST_CASE("every generation of processors computes the same") {
  at::manual_seed(2);
  const auto generations = narrowKernelsForThisProcessor();
  REQUIRE_FALSE(generations.empty());
  const at::Tensor row = at::randn({9, 5}), weights = at::randn({5, tileColumns});
  const at::Tensor lines = at::randn({4, 37}), taps = at::randn({2, 4, 3}), bias = at::randn({2});
  std::vector<RowTaps> rows;
  for (int64_t i = 0; i < 4; ++i) {
    rows.push_back({lines.const_data_ptr<float>() + i * 37, taps.const_data_ptr<float>() + i * 3});
  }
  std::vector<at::Tensor> expected;
  for (const NarrowKernels& kernels : generations) {
    const at::Tensor products = at::zeros({9, tileColumns}), sums = at::zeros({18, 2}), planes = at::zeros({2, 18}),
                     line = at::zeros({2, 37});
    kernels.multiplyRow(row.const_data_ptr<float>(), 9, 5, weights.const_data_ptr<float>(), tileColumns,
                        products.mutable_data_ptr<float>());
    kernels.addUpsampledRow(products.const_data_ptr<float>(), tileColumns, 9, 2, sums.mutable_data_ptr<float>());
    kernels.activateToPlanar(sums.const_data_ptr<float>(), 18, 2, 0.3f, planes.mutable_data_ptr<float>(), 18);
    kernels.convolveRow(rows.data(), 4, 37, 2, 12, bias.const_data_ptr<float>(), 0.3f, line.mutable_data_ptr<float>(),
                        37);
    const std::vector<at::Tensor> results{products, planes, line};
    if (expected.empty()) expected = results;
    for (size_t i = 0; i < results.size(); ++i) CHECK(at::allclose(results[i], expected[i], 1e-5, 1e-5));
  }
  CHECK(at::allclose(expected[0], at::mm(row, weights), 1e-5, 1e-5));
}

}  // namespace mlabel
