#include "networks/network.hpp"

#include <algorithm>

#include "networks/convolution.hpp"

namespace mlabel {
namespace {

/// Runs the layers as they are.
class ModuleRunner : public LayerRunner {
 public:
  explicit ModuleRunner(const JobContext& context) : context_(context) {}

  at::Tensor convolve(const ConvolutionLayer& convolution, const Adn* adn, const at::Tensor& input,
                      const at::Tensor& addend) override {
    context_.check();
    at::Tensor x = convolution.forward(input);
    if (adn != nullptr) x = adn->forward(x);
    return addend.defined() ? x + addend : x;
  }

 private:
  const JobContext& context_;
};

}  // namespace

at::Tensor Network::forward(const at::Tensor& input, const JobContext& context) const {
  checkSizes(input);
  ModuleRunner runner(context);
  return run(input, runner);
}

Outputs Network::forwardWithHeads(const at::Tensor& input, const JobContext& context) const {
  checkSizes(input);
  ModuleRunner runner(context);
  return runWithHeads(input, runner);
}

void Network::checkSizes(const at::Tensor& input) const {
  const at::IntArrayRef sizes = input.sizes().slice(2);
  if (std::all_of(sizes.begin(), sizes.end(), [this](int64_t size) { return size % divisor() == 0; })) return;
  std::string given;
  for (const int64_t size : sizes) {
    if (!given.empty()) given += "×";
    given += std::to_string(size);
  }
  throw Error(ErrorCode::InvalidInput, "the network takes sizes that are multiples of " + std::to_string(divisor()) +
                                           ", not " + given + "; choose such a roi_size, or pad to such a size");
}

void Network::drawFrom(const at::Generator& generator) {
  for (const auto& module : modules()) {
    if (auto* adn = module->as<Adn>()) adn->drawFrom(generator);
  }
}

}  // namespace mlabel
