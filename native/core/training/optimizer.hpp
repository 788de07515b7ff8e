// What every optimizer is. To add one: a file beside this one, a line in optimizers.inc and a builder in
// lib/pipeline/optimizers.ts.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "runtime/json.hpp"

namespace mlabel {

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// Drops the gradients, so that backward() writes fresh ones instead of adding to zeros.
  virtual void zeroGrad() = 0;
  /// Updates the parameters in place; those without a gradient stay as they are.
  virtual void step() = 0;

  /// Of the steps to come: what the spec says until a schedule sets another one.
  virtual double learningRate() const = 0;
  virtual void setLearningRate(double rate) = 0;

  /// What a resumed run needs besides the weights: for each parameter in order, its tensors; then the step counts.
  /// The tensors are the live ones, not copies.
  virtual std::vector<at::Tensor> state() const = 0;
  /// Copies what `state` of an equal optimizer gave. Throws InvalidFile when number or shapes differ.
  virtual void loadState(const std::vector<at::Tensor>& state) = 0;
};

/// `{ "name": "AdamW", "lr": 1e-4, … }` with torch.optim's arguments and defaults, over `parameters`.
/// Throws InvalidInput for an unknown name, or a missing, misspelt, mistyped or out-of-range argument.
std::unique_ptr<Optimizer> makeOptimizer(const Json& spec, std::vector<at::Tensor> parameters);

}  // namespace mlabel
