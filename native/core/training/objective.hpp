// What a training minimises, a whole step's view of it: how often and on what the network is called, and what becomes
// of its outputs. To add one: a file beside this one, a line in objectives.inc and a builder in
// lib/pipeline/objectives.ts.
#pragma once

#include <memory>

#include "networks/network.hpp"
#include "networks/predictor.hpp"
#include "training/batch.hpp"
#include "training/loss.hpp"

namespace mlabel {

/// What a step is done under.
struct StepContext {
  /// Polled between the parts of a step.
  JobContext job = {};
  /// For random numbers of an objective's own (clicks that it simulates, say: `RandomState random(context.seed)`). It
  /// follows from the run's seed and the place in the run, so that a resumed run draws the same ones.
  uint32_t seed = 0;
  /// What the network computes in; its weights, its outputs here and the loss are float32.
  Precision precision = Precision::Float32;
};

class Objective {
 public:
  virtual ~Objective() = default;

  struct Result {
    /// A differentiable scalar.
    at::Tensor loss;
    /// [N, classes, …] for the training's metrics, detached.
    at::Tensor logits;
  };

  /// `network` in training mode and `batch` are on one device, [N, C, spatial…]. An objective may run the network more
  /// than once, without gradients or in evaluation mode too, on tensors of the batch that it changes in copies; it
  /// leaves the network in training mode. Throws InvalidInput where the batch lacks a key that it needs; Cancelled.
  virtual Result operator()(Network& network, const Batch& batch, const StepContext& context) const = 0;
};

/// Network::forward and forwardWithHeads as the step is to compute them: an objective runs the network through these.
at::Tensor logitsOf(const Network& network, const at::Tensor& image, const StepContext& context);
Outputs outputsOf(const Network& network, const at::Tensor& image, const StepContext& context);

/// The tensor of a key. Throws InvalidInput that names it where the transforms have left none.
const at::Tensor& tensorOf(const Batch& batch, const std::string& key);

/// `{ "name": "DeepSupervision", … }`; null for the loss of the network's main output. Throws InvalidInput for an
/// unknown name, or a misspelt or mistyped argument.
std::unique_ptr<Objective> makeObjective(const Json& spec, std::unique_ptr<Loss> loss);

}  // namespace mlabel
