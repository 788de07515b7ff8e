#include "networks/adn.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace mlabel {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// "name" or ["name", {arguments}] → lower-case name and arguments.
std::pair<std::string, Json> splitNamed(const Args& args, const std::string& field, const Json& value) {
  if (value.is_string()) return {lower(value.get<std::string>()), Json::object()};
  const bool pair = value.is_array() && value.size() == 2 && value[0].is_string() && value[1].is_object();
  if (!pair) args.invalid(field, "is neither a name nor [name, {arguments}]: " + value.dump());
  return {lower(value[0].get<std::string>()), value[1]};
}

NormOptions readNorm(const Args& args, const Json& value) {
  NormOptions norm;
  const auto [name, values] = splitNamed(args, "norm", value);
  const Args own(args.owner() + ": norm " + name, values);
  if (name == "batch") {
    norm.kind = NormKind::Batch;
    norm.momentum = own.get<double>("momentum", 0.1);
  } else if (name == "instance") {
    norm.kind = NormKind::Instance;
  } else if (name == "group") {
    norm.kind = NormKind::Group;
    norm.groups = own.require<int64_t>("num_groups");
    if (norm.groups < 1) own.invalid("num_groups", "must be positive");
  } else {
    args.invalid("norm", "is \"" + name + "\", not one of batch, instance, group");
  }
  norm.affine = own.get<bool>("affine", norm.kind != NormKind::Instance);
  norm.eps = own.get<double>("eps", 1e-5);
  own.finish();
  return norm;
}

ActivationOptions readActivation(const Args& args, const Json& value) {
  ActivationOptions activation;
  const auto [name, values] = splitNamed(args, "act", value);
  const Args own(args.owner() + ": act " + name, values);
  if (name == "prelu") {
    activation.kind = ActivationKind::Prelu;
    activation.slope = own.get<double>("init", 0.25);
    activation.parameters = own.get<int64_t>("num_parameters", 1);
  } else if (name == "relu") {
    activation.kind = ActivationKind::Relu;
  } else if (name == "leakyrelu") {
    activation.kind = ActivationKind::LeakyRelu;
    activation.slope = own.get<double>("negative_slope", 0.01);
  } else {
    args.invalid("act", "is \"" + name + "\", not one of prelu, relu, leakyrelu");
  }
  own.get<bool>("inplace", false);  // changes nothing in the result
  own.finish();
  return activation;
}

}  // namespace

AdnOptions readAdnOptions(const Args& args) {
  AdnOptions options;
  std::string ordering = args.get<std::string>("adn_ordering", "NDA");
  std::transform(ordering.begin(), ordering.end(), ordering.begin(), [](unsigned char c) { return std::toupper(c); });
  for (size_t i = 0; i < ordering.size(); ++i) {
    if (std::string("ADN").find(ordering[i]) == std::string::npos ||
        ordering.find(ordering[i], i + 1) != std::string::npos) {
      args.invalid("adn_ordering", "must name each of A, D, N at most once: " + ordering);
    }
  }
  options.norm = readNorm(args, args.get<Json>("norm", "instance"));
  options.activation = readActivation(args, args.get<Json>("act", "prelu"));
  options.dropout = args.get<double>("dropout", 0);
  if (!(options.dropout >= 0 && options.dropout <= 1)) args.invalid("dropout", "must be between 0 and 1");
  if (options.dropout == 0) std::erase(ordering, 'D');
  options.ordering = ordering;
  return options;
}

Norm::Norm(const NormOptions& options, int64_t channels) : options_(options) {
  if (options.kind == NormKind::Group && channels % options.groups != 0) {
    throw Error(ErrorCode::InvalidInput, "group norm: " + std::to_string(channels) + " channels do not divide into " +
                                             std::to_string(options.groups) + " groups");
  }
  if (options.affine) {
    weight = register_parameter("weight", at::ones({channels}));
    bias = register_parameter("bias", at::zeros({channels}));
  }
  if (options.kind == NormKind::Batch) {
    runningMean = register_buffer("running_mean", at::zeros({channels}));
    runningVar = register_buffer("running_var", at::ones({channels}));
    batchesTracked = register_buffer("num_batches_tracked", at::zeros({}, at::kLong));
  }
}

at::Tensor Norm::forward(const at::Tensor& input) const {
  constexpr bool cudnn = true;
  switch (options_.kind) {
    case NormKind::Batch:
      if (is_training()) batchesTracked.add_(1);
      return at::batch_norm(input, weight, bias, runningMean, runningVar, is_training(), options_.momentum,
                            options_.eps, cudnn);
    case NormKind::Instance:
      return at::instance_norm(input, weight, bias, {}, {}, true, options_.momentum, options_.eps, cudnn);
    case NormKind::Group: break;
  }
  return at::group_norm(input, options_.groups, weight, bias, options_.eps, cudnn);
}

Activation::Activation(const ActivationOptions& options) : options_(options) {
  if (options.kind == ActivationKind::Prelu) {
    weight = register_parameter("weight", at::full({options.parameters}, options.slope));
  }
}

at::Tensor Activation::forward(const at::Tensor& input) const {
  switch (options_.kind) {
    case ActivationKind::Prelu: return at::prelu(input, weight);
    case ActivationKind::LeakyRelu: return at::leaky_relu(input, options_.slope);
    case ActivationKind::Relu: break;
  }
  return at::relu(input);
}

Adn::Adn(const AdnOptions& options, int64_t channels) : options_(options) {
  for (const char step : options.ordering) {
    if (step == 'N') norm_ = register_module("N", std::make_shared<Norm>(options.norm, channels));
    if (step == 'A') activation_ = register_module("A", std::make_shared<Activation>(options.activation));
  }
}

/// torch.nn.functional.dropout as a CPU computes it, drawn from a generator of one's own.
at::Tensor Adn::dropout(const at::Tensor& x) const {
  const double kept = 1 - options_.dropout;
  at::Tensor mask = at::empty_like(x).bernoulli_(kept, generator_);
  if (kept > 0) mask.div_(kept);
  return x * mask;
}

at::Tensor Adn::forward(at::Tensor x) const {
  for (const char step : options_.ordering) {
    if (step == 'N') x = norm_->forward(x);
    if (step == 'A') x = activation_->forward(x);
    if (step == 'D' && is_training()) x = dropout(x);
  }
  return x;
}

}  // namespace mlabel
