// torch.optim.Adam and AdamW, bit for bit.
#pragma once

#include <utility>

#include "training/optimizer.hpp"

namespace mlabel {

struct AdamOptions {
  double learningRate = 1e-3;
  std::pair<double, double> betas{0.9, 0.999};
  double eps = 1e-8;
  double weightDecay = 0;
  /// AdamW: the decay shrinks the weights directly. Adam: it is added to the gradient.
  bool decoupledDecay = false;
};

/// Written in the operation order of Python's single-tensor path: libtorch's own Adam forms the first moment with
/// mul and add where Python uses lerp, and drifts from it in the last bits.
class Adam : public Optimizer {
 public:
  Adam(AdamOptions options, std::vector<at::Tensor> parameters);
  void zeroGrad() override;
  void step() override;
  double learningRate() const override { return options_.learningRate; }
  void setLearningRate(double rate) override { options_.learningRate = rate; }
  /// First moment, second moment and step count (float32 scalar) of each parameter.
  std::vector<at::Tensor> state() const override;
  void loadState(const std::vector<at::Tensor>& state) override;

 private:
  struct Moments {
    at::Tensor parameter, first, second, steps;
  };
  void update(Moments& moments);

  AdamOptions options_;
  std::vector<Moments> moments_;
};

}  // namespace mlabel
