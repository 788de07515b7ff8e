// Clipping against torch.nn.utils.
#include "training/clip_gradients.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "golden.hpp"
#include "networks/weights.hpp"

using namespace mlabel;

TEST_CASE("gradients are clipped by norm and by value as Python clips them") {
  std::map<std::string, at::Tensor> golden;
  for (const auto& [name, tensor] : readStateDict(test::goldenPath("training/clipping.pt").string())) {
    golden.emplace(name, tensor);
  }
  const std::vector<std::pair<std::string, GradientClipping>> ways{
      {"norm", {.norm = 0.7, .value = {}}},
      {"large norm", {.norm = 100, .value = {}}},
      {"value", {.norm = {}, .value = 0.3}},
      {"gradient", {}},
  };
  for (const auto& [name, clipping] : ways) {
    CAPTURE(name);
    std::vector<at::Tensor> parameters;
    for (const char* each : {"gradient/0", "gradient/1"}) {
      parameters.push_back(at::zeros_like(golden.at(each)).requires_grad_(true));
      parameters.back().mutable_grad() = golden.at(each).clone();
    }
    parameters.push_back(at::zeros({2}).requires_grad_(true));  // one that has none
    clipGradients(parameters, clipping);
    for (size_t i = 0; i < 2; ++i) {
      const at::Tensor& expected = golden.at(name + "/" + std::to_string(i));
      CHECK((parameters[i].grad() - expected).abs().max().item<double>() < 1e-7);
    }
    CHECK_FALSE(parameters[2].grad().defined());
  }
}
