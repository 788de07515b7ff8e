// Adam and AdamW against Python's, and their state.
#include "training/optimizer.hpp"

#include <doctest/doctest.h>

#include "golden.hpp"
#include "networks/weights.hpp"

using namespace mlabel;

namespace {

at::Tensor tensorOf(const StateDict& file, const std::string& name) {
  for (const auto& [key, tensor] : file) {
    if (key == name) return tensor;
  }
  FAIL("no tensor " << name);
  return {};
}

void stepWith(Optimizer& optimizer, at::Tensor& parameter, const at::Tensor& gradient) {
  optimizer.zeroGrad();
  parameter.mutable_grad() = gradient.clone();
  optimizer.step();
}

}  // namespace

TEST_CASE("Adam and AdamW move a tensor as Python's do") {
  const StateDict golden = readStateDict(test::goldenPath("training/adam.pt").string());
  const at::Tensor gradients = tensorOf(golden, "gradients");
  const std::vector<std::pair<std::string, Json>> specs{
      {"Adam", {{"name", "Adam"}, {"lr", 0.01}}},
      {"Adam/decay", {{"name", "Adam"}, {"lr", 0.01}, {"weight_decay", 0.1}}},
      {"AdamW", {{"name", "AdamW"}, {"lr", 0.01}, {"weight_decay", 0.1}}},
  };
  for (const auto& [name, spec] : specs) {
    CAPTURE(name);
    at::Tensor parameter = tensorOf(golden, "start").clone().requires_grad_(true);
    const auto optimizer = makeOptimizer(spec, {parameter});
    for (int64_t step = 0; step < gradients.size(0); ++step) stepWith(*optimizer, parameter, gradients[step]);
    CHECK(parameter.equal(tensorOf(golden, name)));
  }
}

TEST_CASE("an optimizer that takes over another's state goes on as that one would have") {
  const Json spec{{"name", "AdamW"}, {"lr", 0.1}};
  at::Tensor first = at::ones({3}).requires_grad_(true);
  const auto original = makeOptimizer(spec, {first});
  const at::Tensor gradient = at::tensor({1.0f, -2.0f, 3.0f});
  stepWith(*original, first, gradient);

  at::Tensor second = first.detach().clone().requires_grad_(true);
  const auto heir = makeOptimizer(spec, {second});
  heir->loadState(original->state());
  stepWith(*original, first, gradient * 0.5);
  stepWith(*heir, second, gradient * 0.5);
  CHECK(second.equal(first));

  at::Tensor other = at::ones({4}).requires_grad_(true);
  CHECK_THROWS_WITH_AS(makeOptimizer(spec, {other})->loadState(original->state()),
                       "the optimizer state belongs to another network or optimizer", Error);
}

TEST_CASE("a parameter without gradient stays") {
  at::Tensor parameter = at::ones({2}).requires_grad_(true);
  const auto optimizer = makeOptimizer({{"name", "AdamW"}}, {parameter});
  optimizer->zeroGrad();
  optimizer->step();
  CHECK(parameter.equal(at::ones({2})));
}

TEST_CASE("an optimizer spec that is wrong says so") {
  const auto make = [](const Json& spec) { makeOptimizer(spec, {at::ones({1})}); };
  CHECK_THROWS_WITH_AS(make({{"name", "SGD"}}), "\"SGD\" is not a known optimizer; known are Adam, AdamW", Error);
  CHECK_THROWS_WITH_AS(make({{"name", "AdamW"}, {"lr", -1}}), "AdamW: lr must not be negative", Error);
  CHECK_THROWS_WITH_AS(make({{"name", "Adam"}, {"momentum", 0.9}}), "Adam: momentum is not an argument it knows",
                       Error);
}
