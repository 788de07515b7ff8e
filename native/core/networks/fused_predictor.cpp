#include "networks/fused_predictor.hpp"

#include <ATen/ATen.h>

#include <map>
#include <variant>

#include "networks/channel_norm.hpp"
#include "networks/narrow_convolution.hpp"
#include "networks/packed_convolution.hpp"

namespace mlabel {
namespace {

/// Folding y = (x - mean) / sqrt(var + eps) * weight + bias, in double so that the arg-max does not move.
void foldBatchNorm(const Norm& norm, bool transposed, at::Tensor& weight, at::Tensor& bias) {
  at::Tensor scale = (norm.runningVar.to(at::kDouble) + norm.options().eps).rsqrt();
  if (norm.weight.defined()) scale = scale * norm.weight.to(at::kDouble);
  std::vector<int64_t> alongOut(weight.dim(), 1);
  alongOut[transposed ? 1 : 0] = -1;
  weight = weight * scale.view(alongOut);
  const at::Tensor shift = bias.defined() ? bias - norm.runningMean : -norm.runningMean.to(at::kDouble);
  bias = shift * scale;
  if (norm.bias.defined()) bias = bias + norm.bias;
}

/// The negative slope when the activation is a leaky ReLU in disguise, as a PReLU with one slope is.
std::optional<double> leakySlope(const Activation& activation) {
  const ActivationOptions& options = activation.options();
  switch (options.kind) {
    case ActivationKind::Relu: return 0.0;
    case ActivationKind::LeakyRelu: return options.slope;
    case ActivationKind::Prelu: break;
  }
  if (options.parameters != 1) return std::nullopt;
  return activation.weight.item<double>();
}

/// One convolution with as much as possible of its ADN inside, and the steps that are left.
class FusedLayer {
 public:
  FusedLayer(const ConvolutionLayer& layer, const Adn* adn, bool addInput, at::ScalarType type) : adn_(adn) {
    at::Tensor weight = layer.weight.detach().to(at::kDouble);
    at::Tensor bias = layer.bias.defined() ? layer.bias.detach().to(at::kDouble) : at::Tensor();
    std::string steps = adn == nullptr ? "" : adn->options().ordering;
    std::erase(steps, 'D');
    if (steps.starts_with('N') && adn->norm()->options().kind == NormKind::Batch) {
      foldBatchNorm(*adn->norm(), layer.options().transposed, weight, bias);
      steps.erase(0, 1);
    }
    std::optional<double> slope;
    if (steps.starts_with('A')) slope = leakySlope(*adn->activation());
    if (slope) steps.erase(0, 1);
    if (addInput) addIdentity(weight);
    if (steps.starts_with('N') && adn->norm()->options().kind != NormKind::Batch) {
      std::optional<double> behind;
      if (steps.starts_with("NA")) behind = leakySlope(*adn->activation());
      steps.erase(0, behind ? 2 : 1);
      normSlope_ = behind.value_or(1);
    }
    steps_ = steps;
    convolution_ = prepare(layer.options(), weight, bias, slope, type);
  }

  at::Tensor run(const at::Tensor& input) {
    at::Tensor x = std::visit([&input](auto& convolution) { return convolution.run(input); }, *convolution_);
    if (steps_.empty() && !normSlope_) return x;
    const at::ScalarType type = x.scalar_type();
    x = x.to(at::kFloat);  // the type of the parameters of what was not folded
    if (normSlope_) {
      x = x.contiguous(x.dim() == 5 ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::ChannelsLast);
      normaliseChannels(x, *adn_->norm(), *normSlope_);
    }
    for (const char step : steps_) x = step == 'N' ? adn_->norm()->forward(x) : adn_->activation()->forward(x);
    return x.to(type);
  }

 private:
  using Prepared = std::variant<PackedConvolution, NarrowConvolution>;

  static Prepared prepare(const ConvolutionOptions& options, const at::Tensor& weight, const at::Tensor& bias,
                          std::optional<double> slope, at::ScalarType type) {
    if (NarrowConvolution::fits(options)) {
      return NarrowConvolution(options, weight.to(at::kFloat), bias.defined() ? bias.to(at::kFloat) : bias, slope);
    }
    return PackedConvolution(options, weight.to(type).contiguous(), bias.defined() ? bias.to(type) : bias, slope);
  }

  /// conv(x) + x as one convolution: one more at the centre of each channel's own kernel.
  static void addIdentity(at::Tensor& weight) {
    at::Tensor centre = weight.clone();
    at::Tensor view = centre;
    for (int64_t axis = weight.dim(); axis-- > 2;) view = view.select(axis, weight.size(axis) / 2);
    view.diagonal().add_(1);
    weight = centre;
  }

  const Adn* adn_;
  /// An instance or group norm follows, with a leaky ReLU of this slope behind it (1: none).
  std::optional<double> normSlope_;
  /// What follows that.
  std::string steps_;
  std::optional<Prepared> convolution_;
};

class FusedPredictor : public Predictor, private LayerRunner {
 public:
  FusedPredictor(std::shared_ptr<Network> network, Precision precision)
      : network_(std::move(network)), type_(precision == Precision::BFloat16 ? at::kBFloat16 : at::kFloat) {
    network_->eval();
  }

  at::Tensor predict(const at::Tensor& input, const JobContext& context) override {
    network_->checkSizes(input);
    context_ = &context;
    return network_->run(input, *this).to(at::kFloat);
  }

  std::string backend() const override { return "fused oneDNN"; }
  /// The plain weights and the prepacked ones.
  int64_t bytes() const override { return 2 * bytesOf(*network_); }

 private:
  at::Tensor convolve(const ConvolutionLayer& convolution, const Adn* adn, const at::Tensor& input,
                      const at::Tensor& addend) override {
    context_->check();
    // bfloat16 weights near one would lose the digits that matter.
    const bool exact = type_ == at::kFloat || NarrowConvolution::fits(convolution.options());
    const bool addInput = adn == nullptr && addend.is_same(input) && exact;
    const auto found = layers_.try_emplace({&convolution, addInput}, convolution, adn, addInput, type_).first;
    at::Tensor x = found->second.run(input);
    return addend.defined() && !addInput ? x.add_(addend) : x;
  }

  std::shared_ptr<Network> network_;
  at::ScalarType type_;
  /// Of the prediction that runs.
  const JobContext* context_ = nullptr;
  std::map<std::pair<const ConvolutionLayer*, bool>, FusedLayer> layers_;
};

}  // namespace

std::unique_ptr<Predictor> makeFusedPredictor(std::shared_ptr<Network> network, Precision precision) {
  return std::make_unique<FusedPredictor>(std::move(network), precision);
}

}  // namespace mlabel
