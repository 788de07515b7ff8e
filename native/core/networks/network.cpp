#include "networks/network.hpp"

#include "networks/convolution.hpp"

namespace mlabel {
namespace {

/// Runs the layers as they are.
class ModuleRunner : public LayerRunner {
 public:
  at::Tensor convolve(const ConvolutionLayer& convolution, const Adn* adn, const at::Tensor& input,
                      const at::Tensor& addend) override {
    at::Tensor x = convolution.forward(input);
    if (adn != nullptr) x = adn->forward(x);
    return addend.defined() ? x + addend : x;
  }
};

}  // namespace

at::Tensor Network::forward(const at::Tensor& input) const {
  ModuleRunner runner;
  return run(input, runner);
}

}  // namespace mlabel
