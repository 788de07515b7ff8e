#include "training/clip_gradients.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace mlabel {
namespace {

std::vector<at::Tensor> gradientsOf(const std::vector<at::Tensor>& parameters) {
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& parameter : parameters) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  }
  return gradients;
}

void clipNorm(const std::vector<at::Tensor>& gradients, double most) {
  if (gradients.empty()) return;
  std::vector<at::Tensor> norms;
  for (const at::Tensor& gradient : gradients) norms.push_back(at::linalg_vector_norm(gradient, 2));
  const at::Tensor norm = at::linalg_vector_norm(at::stack(norms), 2);
  const at::Tensor factor = (most / (norm + 1e-6)).clamp_max(1);
  for (const at::Tensor& gradient : gradients) gradient.mul_(factor);
}

}  // namespace

void clipGradients(const std::vector<at::Tensor>& parameters, const GradientClipping& clipping) {
  if (!clipping.norm && !clipping.value) return;
  const at::NoGradGuard noGrad;
  const std::vector<at::Tensor> gradients = gradientsOf(parameters);
  if (clipping.norm) clipNorm(gradients, *clipping.norm);
  if (!clipping.value) return;
  for (const at::Tensor& gradient : gradients) gradient.clamp_(-*clipping.value, *clipping.value);
}

}  // namespace mlabel
