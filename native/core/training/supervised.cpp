// The loss of the network's main output.
#include <ATen/ATen.h>

#include "training/objective.hpp"

namespace mlabel {
namespace {

class Supervised : public Objective {
 public:
  explicit Supervised(std::unique_ptr<Loss> loss) : loss_(std::move(loss)) {}

  Result operator()(Network& network, const Batch& batch, const StepContext& context) const override {
    const at::Tensor logits = logitsOf(network, tensorOf(batch, "image"), context);
    context.job.check();
    return {(*loss_)(logits, tensorOf(batch, "label")), logits.detach()};
  }

 private:
  std::unique_ptr<Loss> loss_;
};

}  // namespace

std::unique_ptr<Objective> makeSupervised(const Json& spec, std::unique_ptr<Loss> loss) {
  Args("Supervised", spec).finish();
  return std::make_unique<Supervised>(std::move(loss));
}

}  // namespace mlabel
