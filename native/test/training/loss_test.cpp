// Losses against MONAI's: the golden case, and small tables.
#include "training/loss.hpp"

#include <doctest/doctest.h>

#include "golden.hpp"
#include "networks/weights.hpp"

using namespace mlabel;

TEST_CASE("losses and their gradients are MONAI's") {
  const at::Tensor logits = test::readNpy(test::goldenPath("cases/losses/logits.npy"));
  const at::Tensor target = test::readNpy(test::goldenPath("cases/losses/target.npy"));
  const Json expected = Json::parse(test::readText(test::goldenPath("cases/losses/losses.json")));

  const std::vector<std::pair<std::string, Json>> specs{
      {"DiceLoss(softmax,onehot)", {{"name", "DiceLoss"}, {"to_onehot_y", true}, {"softmax", true}}},
      {"DiceLoss(sq,batch)",
       {{"name", "DiceLoss"}, {"to_onehot_y", true}, {"softmax", true}, {"squared_pred", true}, {"batch", true}}},
      {"DiceLoss(jaccard)", {{"name", "DiceLoss"}, {"to_onehot_y", true}, {"softmax", true}, {"jaccard", true}}},
      {"DiceLoss(nobg)",
       {{"name", "DiceLoss"}, {"to_onehot_y", true}, {"softmax", true}, {"include_background", false}}},
      {"DiceCE", {{"name", "DiceCELoss"}, {"to_onehot_y", true}, {"softmax", true}}},
      {"DiceCE(spleen)",
       {{"name", "DiceCELoss"}, {"to_onehot_y", true}, {"softmax", true}, {"squared_pred", true}, {"batch", true}}},
  };
  for (const auto& [name, spec] : specs) {
    CAPTURE(name);
    const at::Tensor input = logits.clone().requires_grad_(true);
    const at::Tensor loss = (*makeLoss(spec))(input, target);
    loss.backward();
    const Json& golden = expected.at(name);
    CHECK(loss.item<double>() == doctest::Approx(golden.at("loss").get<double>()).epsilon(1e-6));
    CHECK(input.grad().abs().sum().item<double>() ==
          doctest::Approx(golden.at("grad_abs_sum").get<double>()).epsilon(1e-5));
    for (int64_t i = 0; i < 3; ++i) {
      CHECK(input.grad().flatten()[i].item<double>() ==
            doctest::Approx(golden.at("grad_first").at(static_cast<size_t>(i)).get<double>()).epsilon(1e-5));
    }
  }
}

TEST_CASE("every loss and its gradient are those of MONAI 1.6.1") {
  const Json cases = Json::parse(test::readText(test::goldenPath("training/losses.json")));
  std::map<std::string, at::Tensor> golden;
  for (const auto& [name, tensor] : readStateDict(test::goldenPath("training/losses.pt").string())) {
    golden.emplace(name, tensor);
  }
  for (size_t i = 0; i < cases.size(); ++i) {
    const std::string input = cases[i].at("input"), index = std::to_string(i);
    INFO(input, ": ", cases[i].at("spec").dump());
    const at::Tensor logits = golden.at(input + "/logits").clone().requires_grad_(true);
    const at::Tensor loss = (*makeLoss(cases[i].at("spec")))(logits, golden.at(input + "/target"));
    loss.backward();
    CHECK(loss.item<double>() == doctest::Approx(golden.at(index + "/loss").item<double>()).epsilon(1e-6));
    const at::Tensor& gradient = golden.at(index + "/gradient");
    const double scale = std::max(1.0, gradient.abs().max().item<double>());
    CHECK((logits.grad() - gradient).abs().max().item<double>() < 1e-6 * scale);
  }
}

TEST_CASE("Dice loss of a prediction that can be counted by hand") {
  // Two voxels, two classes: p = (1, 0) at both, truth (class 0, class 1).
  const at::Tensor probabilities = at::tensor({1.0f, 1.0f, 0.0f, 0.0f}).view({1, 2, 2, 1, 1});
  const at::Tensor target = at::tensor({0.0f, 1.0f}).view({1, 1, 2, 1, 1});
  const auto loss = [&](Json spec) {
    spec.update({{"name", "DiceLoss"}, {"to_onehot_y", true}, {"smooth_nr", 0}, {"smooth_dr", 1e-12}});
    return (*makeLoss(spec))(probabilities, target).item<double>();
  };
  // Background: 2·1/(2+1); class 1: 0/(0+1).
  CHECK(loss(Json::object()) == doctest::Approx(1 - (2.0 / 3 + 0) / 2));
  CHECK(loss({{"include_background", false}}) == doctest::Approx(1));
  CHECK(loss({{"jaccard", true}}) == doctest::Approx(1 - (0.5 + 0) / 2));
  CHECK(loss({{"weight", {3, 0}}}) == doctest::Approx((3 * (1.0 / 3) + 0 * 1) / 2));
}

TEST_CASE("DiceCE of one output channel takes the binary cross-entropy") {
  const at::Tensor logits = at::zeros({1, 1, 2, 1, 1});
  const at::Tensor target = at::tensor({0.0f, 1.0f}).view({1, 1, 2, 1, 1});
  const Json spec{{"name", "DiceCELoss"}, {"sigmoid", true}};
  // p = 0.5 everywhere: Dice 2·0.5/(1+1) = 0.5, cross-entropy ln 2.
  CHECK((*makeLoss(spec))(logits, target).item<double>() == doctest::Approx(0.5 + std::log(2.0)).epsilon(1e-4));
}

TEST_CASE("lambdas weigh the two parts") {
  at::manual_seed(3);
  const at::Tensor logits = at::randn({2, 3, 4, 4, 4});
  const at::Tensor target = at::randint(0, 3, {2, 1, 4, 4, 4}).to(at::kFloat);
  const auto loss = [&](double dice, double ce) {
    const Json spec{
        {"name", "DiceCELoss"}, {"to_onehot_y", true}, {"softmax", true}, {"lambda_dice", dice}, {"lambda_ce", ce}};
    return (*makeLoss(spec))(logits, target).item<double>();
  };
  CHECK(loss(0.5, 0.25) == doctest::Approx(0.5 * loss(1, 0) + 0.25 * loss(0, 1)).epsilon(1e-5));
}

TEST_CASE("a loss spec or input that is wrong says so") {
  const auto message = [](const Json& spec) -> std::string {
    try {
      (*makeLoss(spec))(at::zeros({1, 2, 4, 4, 4}), at::zeros({1, 1, 4, 4, 2}));
    } catch (const Error& error) {
      CHECK((error.code() == ErrorCode::InvalidInput));
      return error.what();
    }
    return "";
  };
  CHECK(message({{"name", "Dice"}}) ==
        "\"Dice\" is not a known loss; known are DiceCELoss, DiceFocalLoss, DiceLoss, "
        "FocalLoss, GeneralizedDiceLoss, TverskyLoss");
  CHECK(message({{"name", "DiceLoss"}, {"soft", true}}).find("soft is not an argument") != std::string::npos);
  CHECK(message({{"name", "DiceLoss"}, {"softmax", true}, {"sigmoid", true}}).find("exclude") != std::string::npos);
  CHECK(message({{"name", "DiceLoss"}}).find("[1, 1, 4, 4, 2] do not fit") != std::string::npos);
  for (const char* name :
       {"DiceLoss", "DiceCELoss", "DiceFocalLoss", "FocalLoss", "GeneralizedDiceLoss", "TverskyLoss"}) {
    CHECK(message({{"name", name}, {"other_act", "tanh"}}) ==
          name + std::string(": other_act is not an argument it knows"));
    CHECK(message({{"name", name}, {"reduction", "none"}}) ==
          name + std::string(": reduction is \"none\", not one of mean, sum"));
  }
  CHECK(message({{"name", "FocalLoss"}, {"alpha", 2}}) == "FocalLoss: alpha must lie in [0, 1]");
  CHECK(message({{"name", "TverskyLoss"}, {"alpha", -1}}) == "TverskyLoss: alpha must not be negative");
  CHECK(message({{"name", "DiceLoss"}, {"weight", {1, -1}}}) == "DiceLoss: weight must not be negative");
  CHECK(message({{"name", "DiceCELoss"}, {"label_smoothing", 2}}) == "DiceCELoss: label_smoothing must lie in [0, 1]");
}
