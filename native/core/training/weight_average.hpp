// The exponential moving average of a network's weights: torch.optim.swa_utils.AveragedModel with
// get_ema_multi_avg_fn(decay).
#pragma once

#include <memory>

#include "networks/network.hpp"

namespace mlabel {

class WeightAverage {
 public:
  /// `network` is a second one of the same spec, on the same device, which holds the average from then on. `decay` is
  /// in [0, 1].
  WeightAverage(std::shared_ptr<Network> network, double decay) : network_(std::move(network)), decay_(decay) {}

  /// After each update of the weights: average · decay + weights · (1 - decay); the first time the weights themselves.
  /// Running statistics are those of `source`, as AveragedModel keeps them.
  void update(const Network& source);

  const std::shared_ptr<Network>& network() const { return network_; }

  /// To continue a run that was interrupted, beside the network's own state.
  int64_t updates() const { return updates_; }
  void restore(int64_t updates) { updates_ = updates; }

 private:
  std::shared_ptr<Network> network_;
  double decay_;
  int64_t updates_ = 0;
};

}  // namespace mlabel
