// The losses and optimizers that a training spec may name.
#include "runtime/registry.hpp"

#include "training/adam.hpp"
#include "training/dice_ce_loss.hpp"
#include "training/dice_loss.hpp"

namespace mlabel {
namespace {

const Registry<std::unique_ptr<Loss> (*)(const Json&)> losses = {
    {"DiceLoss", &makeDiceLoss},
    {"DiceCELoss", &makeDiceCELoss},
};

const Registry<std::unique_ptr<Optimizer> (*)(const Json&, std::vector<at::Tensor>)> optimizers = {
    {"Adam", &makeAdam},
    {"AdamW", &makeAdamW},
};

}  // namespace

std::unique_ptr<Loss> makeLoss(const Json& spec) { return findFactory("loss", losses, spec)(spec); }

std::unique_ptr<Optimizer> makeOptimizer(const Json& spec, std::vector<at::Tensor> parameters) {
  return findFactory("optimizer", optimizers, spec)(spec, std::move(parameters));
}

}  // namespace mlabel
