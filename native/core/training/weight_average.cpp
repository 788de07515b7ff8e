#include "training/weight_average.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace mlabel {

void WeightAverage::update(const Network& source) {
  const at::NoGradGuard noGrad;
  std::vector<at::Tensor> averages = network_->parameters(), weights = source.parameters();
  for (size_t i = 0; i < averages.size(); ++i) {
    updates_ == 0 ? averages[i].copy_(weights[i]) : averages[i].lerp_(weights[i], 1 - decay_);
  }
  std::vector<at::Tensor> kept = network_->buffers(), live = source.buffers();
  for (size_t i = 0; i < kept.size(); ++i) kept[i].copy_(live[i]);
  ++updates_;
}

}  // namespace mlabel
