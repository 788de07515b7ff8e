#include "training/adam.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

namespace mlabel {
namespace {

AdamOptions readAdamOptions(const Args& args, AdamOptions options) {
  options.learningRate = args.get("lr", options.learningRate);
  options.betas = args.get("betas", options.betas);
  options.eps = args.get("eps", options.eps);
  options.weightDecay = args.get("weight_decay", options.weightDecay);
  args.finish();
  const auto fraction = [](double beta) { return beta >= 0 && beta < 1; };
  if (!(options.learningRate >= 0)) args.invalid("lr", "must not be negative");
  if (!fraction(options.betas.first) || !fraction(options.betas.second)) args.invalid("betas", "must lie in [0, 1)");
  if (!(options.eps >= 0)) args.invalid("eps", "must not be negative");
  if (!(options.weightDecay >= 0)) args.invalid("weight_decay", "must not be negative");
  return options;
}

}  // namespace

Adam::Adam(AdamOptions options, std::vector<at::Tensor> parameters) : options_(options) {
  for (at::Tensor& parameter : parameters) {
    moments_.push_back(
        {parameter, at::zeros_like(parameter).detach(), at::zeros_like(parameter).detach(), at::zeros({}, at::kFloat)});
  }
}

void Adam::zeroGrad() {
  for (Moments& moments : moments_) moments.parameter.mutable_grad() = at::Tensor();
}

void Adam::step() {
  const at::NoGradGuard noGrad;
  for (Moments& moments : moments_) {
    if (moments.parameter.grad().defined()) update(moments);
  }
}

void Adam::update(Moments& moments) {
  const auto [beta1, beta2] = options_.betas;
  const double rate = options_.learningRate;
  at::Tensor gradient = moments.parameter.grad();
  auto& steps = *moments.steps.data_ptr<float>();
  steps += 1;

  if (options_.weightDecay != 0) {
    if (options_.decoupledDecay) {
      moments.parameter.mul_(1 - rate * options_.weightDecay);
    } else {
      gradient = gradient.add(moments.parameter, options_.weightDecay);
    }
  }
  moments.first.lerp_(gradient, 1 - beta1);
  moments.second.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
  const double correction1 = 1 - std::pow(beta1, static_cast<double>(steps));
  const double correction2 = std::sqrt(1 - std::pow(beta2, static_cast<double>(steps)));
  const at::Tensor denominator = (moments.second.sqrt() / correction2).add_(options_.eps);
  moments.parameter.addcdiv_(moments.first, denominator, -(rate / correction1));
}

std::vector<at::Tensor> Adam::state() const {
  std::vector<at::Tensor> tensors;
  for (const Moments& moments : moments_) {
    tensors.insert(tensors.end(), {moments.first, moments.second, moments.steps});
  }
  return tensors;
}

void Adam::loadState(const std::vector<at::Tensor>& state) {
  const at::NoGradGuard noGrad;
  const std::vector<at::Tensor> own = this->state();
  bool fits = own.size() == state.size();
  for (size_t i = 0; fits && i < own.size(); ++i) fits = own[i].sizes() == state[i].sizes();
  if (!fits) throw Error(ErrorCode::InvalidFile, "the optimizer state belongs to another network or optimizer");
  for (size_t i = 0; i < own.size(); ++i) own[i].copy_(state[i]);
}

std::unique_ptr<Optimizer> makeAdam(const Json& spec, std::vector<at::Tensor> parameters) {
  const Args args("Adam", spec);
  return std::make_unique<Adam>(readAdamOptions(args, {}), std::move(parameters));
}

std::unique_ptr<Optimizer> makeAdamW(const Json& spec, std::vector<at::Tensor> parameters) {
  const Args args("AdamW", spec);
  return std::make_unique<Adam>(readAdamOptions(args, {.weightDecay = 1e-2, .decoupledDecay = true}),
                                std::move(parameters));
}

}  // namespace mlabel
