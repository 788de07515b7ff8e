// MONAI's UNet (monai.networks.nets.UNet) in two and three dimensions.
#include <ATen/ATen.h>

#include <memory>
#include <numeric>
#include <vector>

#include "networks/convolution.hpp"
#include "networks/network.hpp"

namespace mlabel {
namespace {

using Sizes = std::vector<int64_t>;

/// A number for all axes, or one an axis.
Sizes readSizes(const Args& args, const std::string& field, const Json& value, int dims) {
  Sizes sizes;
  if (value.is_number_integer()) {
    sizes.assign(dims, value.get<int64_t>());
  } else if (value.is_array() && value.size() == static_cast<size_t>(dims)) {
    for (const Json& size : value) sizes.push_back(size.is_number_integer() ? size.get<int64_t>() : 0);
  }
  for (const int64_t size : sizes) {
    if (size < 1 || size > 64) sizes.clear();
  }
  if (sizes.empty()) {
    args.invalid(field, "must be a size between 1 and 64, or " + std::to_string(dims) + " of them: " + value.dump());
  }
  return sizes;
}

struct UNetOptions {
  int spatialDims;
  int64_t inChannels, outChannels;
  Sizes channels;
  std::vector<Sizes> strides;
  Sizes kernel, upKernel;
  int64_t residualUnits;
  bool bias;
  AdnOptions adn;
  std::optional<at::Generator> generator;
};

int64_t readChannels(const Args& args, const std::string& field, int64_t value) {
  constexpr int64_t most = 1 << 16;
  if (value < 1 || value > most) args.invalid(field, "must be between 1 and " + std::to_string(most));
  return value;
}

Sizes readKernel(const Args& args, const std::string& field, int dims) {
  const Sizes kernel = readSizes(args, field, args.get<Json>(field, 3), dims);
  for (const int64_t size : kernel) {
    if (size % 2 == 0) args.invalid(field, "must be odd");
  }
  return kernel;
}

UNetOptions readOptions(const Json& spec) {
  const Args args("UNet", spec);
  UNetOptions options;
  options.spatialDims = args.require<int>("spatial_dims");
  if (options.spatialDims != 2 && options.spatialDims != 3) args.invalid("spatial_dims", "must be 2 or 3");
  options.inChannels = readChannels(args, "in_channels", args.require<int64_t>("in_channels"));
  options.outChannels = readChannels(args, "out_channels", args.require<int64_t>("out_channels"));

  for (const int64_t count : args.require<Sizes>("channels")) {
    options.channels.push_back(readChannels(args, "channels", count));
  }
  if (options.channels.size() < 2) args.invalid("channels", "must have at least two numbers");
  const size_t levels = options.channels.size() - 1;
  const auto strides = args.require<std::vector<Json>>("strides");
  if (strides.size() < levels) args.invalid("strides", "must have one number less than channels");
  for (size_t i = 0; i < levels; ++i) {
    options.strides.push_back(readSizes(args, "strides", strides[i], options.spatialDims));
  }

  options.kernel = readKernel(args, "kernel_size", options.spatialDims);
  options.upKernel = readKernel(args, "up_kernel_size", options.spatialDims);
  options.residualUnits = args.get<int64_t>("num_res_units", 0);
  if (options.residualUnits < 0 || options.residualUnits > 64)
    args.invalid("num_res_units", "must be between 0 and 64");
  options.bias = args.get<bool>("bias", true);
  options.adn = readAdnOptions(args);
  args.finish();
  return options;
}

ConvolutionOptions convolution(const UNetOptions& options, int64_t in, int64_t out, const Sizes& kernel,
                               const Sizes& stride) {
  Sizes padding;
  for (const int64_t size : kernel) padding.push_back((size - 1) / 2);
  return {.inChannels = in,
          .outChannels = out,
          .kernel = kernel,
          .stride = stride,
          .padding = padding,
          .bias = options.bias,
          .generator = options.generator};
}

/// MONAI's _get_down_layer.
std::shared_ptr<Block> makeDown(const UNetOptions& options, int64_t in, int64_t out, const Sizes& stride) {
  const auto first = convolution(options, in, out, options.kernel, stride);
  if (options.residualUnits == 0) return std::make_shared<ConvolutionBlock>(first, &options.adn);
  return std::make_shared<ResidualUnit>(ResidualUnitOptions{first, options.residualUnits}, options.adn);
}

class UNet final : public Network {
 public:
  /// MONAI's arguments: spatial_dims, in_channels, out_channels, channels, strides, kernel_size, up_kernel_size,
  /// num_res_units, act, norm, dropout, bias, adn_ordering. A stride may be a list, one number an axis.
  UNet(const Json& spec, const std::optional<at::Generator>& generator);

  at::Tensor run(const at::Tensor& input, LayerRunner& runner) const override;
  int64_t inChannels() const override { return inChannels_; }
  int64_t outChannels() const override { return outChannels_; }
  int spatialDims() const override { return spatialDims_; }
  int64_t divisor() const override { return divisor_; }

 private:
  /// One step down and the step up that undoes it.
  struct Level {
    std::shared_ptr<Block> down;
    std::shared_ptr<ConvolutionBlock> up;
    std::shared_ptr<ResidualUnit> upResidual;  ///< null without residual units
  };

  int spatialDims_;
  int64_t inChannels_, outChannels_, divisor_;
  std::vector<Level> levels_;  ///< finest first
  std::shared_ptr<Block> bottom_;
};

UNet::UNet(const Json& spec, const std::optional<at::Generator>& generator) {
  UNetOptions options = readOptions(spec);
  options.generator = generator;
  spatialDims_ = options.spatialDims;
  inChannels_ = options.inChannels;
  outChannels_ = options.outChannels;

  Sizes shrink(options.spatialDims, 1);
  for (const Sizes& stride : options.strides) {
    for (size_t axis = 0; axis < shrink.size(); ++axis) shrink[axis] *= stride[axis];
  }
  divisor_ = std::accumulate(shrink.begin(), shrink.end(), int64_t{1}, std::lcm<int64_t, int64_t>);

  // From the bottom up, and down before up: the order in which MONAI draws its initial weights.
  const auto& channels = options.channels;
  const size_t count = channels.size() - 1;
  const Sizes one(options.spatialDims, 1);
  bottom_ = makeDown(options, channels[count - 1], channels[count], one);
  levels_.resize(count);
  std::shared_ptr<torch::nn::Module> below = bottom_;
  for (size_t i = count; i-- > 0;) {
    const bool top = i == 0;
    Level& level = levels_[i];
    const int64_t in = top ? options.inChannels : channels[i - 1];
    const int64_t out = top ? options.outChannels : channels[i - 1];
    const int64_t joined = channels[i] + (i + 1 == count ? channels[count] : channels[i]);
    level.down = makeDown(options, in, channels[i], options.strides[i]);
    auto up = convolution(options, joined, out, options.upKernel, options.strides[i]);
    up.transposed = true;
    const bool bare = top && options.residualUnits == 0;
    level.up = std::make_shared<ConvolutionBlock>(up, bare ? nullptr : &options.adn);
    std::shared_ptr<torch::nn::Module> upModule = level.up;
    if (options.residualUnits > 0) {
      const auto unit = convolution(options, out, out, options.kernel, one);
      level.upResidual = std::make_shared<ResidualUnit>(ResidualUnitOptions{unit, 1, top}, options.adn);
      upModule = std::make_shared<torch::nn::Module>();
      upModule->register_module("0", level.up);
      upModule->register_module("1", level.upResidual);
    }

    const auto skip = std::make_shared<torch::nn::Module>();
    skip->register_module("submodule", below);
    below = std::make_shared<torch::nn::Module>();
    below->register_module("0", level.down);
    below->register_module("1", skip);
    below->register_module("2", upModule);
  }
  register_module("model", below);
}

at::Tensor UNet::run(const at::Tensor& input, LayerRunner& runner) const {
  std::vector<at::Tensor> skips;
  at::Tensor x = input;
  for (const Level& level : levels_) {
    x = level.down->run(x, runner);
    skips.push_back(x);
  }
  x = bottom_->run(x, runner);
  for (size_t i = levels_.size(); i-- > 0;) {
    x = levels_[i].up->run(at::cat({skips[i], x}, 1), runner);
    skips[i].reset();
    if (levels_[i].upResidual) x = levels_[i].upResidual->run(x, runner);
  }
  return x;
}

}  // namespace

std::shared_ptr<Network> makeUNet(const Json& spec, const std::optional<at::Generator>& generator) {
  return std::make_shared<UNet>(spec, generator);
}

}  // namespace mlabel
