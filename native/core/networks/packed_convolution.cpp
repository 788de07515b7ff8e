#include "networks/packed_convolution.hpp"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <string_view>

namespace mlabel {
namespace {

// torch.compile's own operators; they have no C++ header and are reached by name.
using Scalars = c10::List<std::optional<c10::Scalar>>;
using Ints = at::IntArrayRef;
using Optional = const std::optional<at::Tensor>&;
using Convolve = at::Tensor(const at::Tensor&, const at::Tensor&, Optional, Ints, Ints, Ints, int64_t, std::string_view,
                            Scalars, std::optional<std::string_view>);
using ConvolveTransposed = at::Tensor(const at::Tensor&, const at::Tensor&, Optional, Ints, Ints, Ints, Ints, int64_t,
                                      std::string_view, Scalars, std::optional<std::string_view>);
using Pack = at::Tensor(const at::Tensor&, Ints, Ints, Ints, int64_t, at::OptionalIntArrayRef);
using PackTransposed = at::Tensor(const at::Tensor&, Ints, Ints, Ints, Ints, int64_t, at::OptionalIntArrayRef);

constexpr const char* convolveName = "mkldnn::_convolution_pointwise";
constexpr const char* convolveTransposedName = "mkldnn::_convolution_transpose_pointwise";
constexpr const char* packName = "mkldnn::_reorder_convolution_weight";
constexpr const char* packTransposedName = "mkldnn::_reorder_convolution_transpose_weight";

template <class Signature>
c10::TypedOperatorHandle<Signature> find(const char* name) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
}

/// Whether this libtorch has the operators, with these arguments.
bool hasOperators() {
  try {
    find<Convolve>(convolveName);
    find<ConvolveTransposed>(convolveTransposedName);
    find<Pack>(packName);
    find<PackTransposed>(packTransposedName);
    return true;
  } catch (const c10::Error&) {
    return false;
  }
}

}  // namespace

bool oneDnnAvailable() {
  static const bool known = hasOperators();
  return known && at::globalContext().userEnabledMkldnn() && at::hasMKLDNN();
}

bool oneDnnHasBFloat16() {
  const auto check = c10::Dispatcher::singleton().findSchema({"mkldnn::_is_mkldnn_bf16_supported", ""});
  return check.has_value() && check->typed<bool()>().call();
}

PackedConvolution::PackedConvolution(ConvolutionOptions options, at::Tensor weight, at::Tensor bias,
                                     std::optional<double> slope)
    : options_(std::move(options)),
      weight_(std::move(weight)),
      bias_(std::move(bias)),
      slope_(slope),
      dilation_(options_.kernel.size(), 1) {
  for (const int64_t stride : options_.stride) outputPadding_.push_back(stride - 1);
}

const at::Tensor& PackedConvolution::packedFor(const at::Tensor& input) {
  constexpr size_t mostShapes = 4;  // a volume has one or two; each costs a copy of the weights
  const auto found = packed_.find(input.sizes().vec());
  if (found != packed_.end()) return found->second;
  if (packed_.size() >= mostShapes) packed_.clear();

  at::Tensor packed;
  if (options_.transposed) {
    static const auto pack = find<PackTransposed>(packTransposedName);
    packed = pack.call(weight_, options_.padding, outputPadding_, options_.stride, dilation_, 1, input.sizes());
  } else {
    static const auto pack = find<Pack>(packName);
    packed = pack.call(weight_, options_.padding, options_.stride, dilation_, 1, input.sizes());
  }
  return packed_.emplace(input.sizes().vec(), packed).first->second;
}

at::Tensor PackedConvolution::run(const at::Tensor& given) {
  const auto format = given.dim() == 5 ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::ChannelsLast;
  const at::Tensor input = given.to(weight_.scalar_type()).contiguous(format);
  const at::Tensor& packed = packedFor(input);
  const std::optional<at::Tensor> bias = bias_.defined() ? std::optional(bias_) : std::nullopt;
  const char* activation = slope_ ? "leaky_relu" : "none";
  Scalars scalars;
  if (slope_) scalars.push_back(c10::Scalar(*slope_));
  if (options_.transposed) {
    static const auto convolve = find<ConvolveTransposed>(convolveTransposedName);
    return convolve.call(input, packed, bias, options_.padding, outputPadding_, options_.stride, dilation_, 1,
                         activation, scalars, "");
  }
  static const auto convolve = find<Convolve>(convolveName);
  return convolve.call(input, packed, bias, options_.padding, options_.stride, dilation_, 1, activation, scalars, "");
}

}  // namespace mlabel
