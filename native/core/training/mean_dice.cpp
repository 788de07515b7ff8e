#include "training/mean_dice.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "runtime/error.hpp"

namespace mlabel {

std::vector<double> diceOfClasses(const at::Tensor& prediction, const at::Tensor& target, int64_t classes) {
  if (prediction.sizes() != target.sizes()) {
    throw Error(ErrorCode::Internal, "Dice of a prediction and a target of different sizes");
  }
  // One histogram of (target, prediction) pairs counts all classes in one pass; class `classes` stands for "none".
  const auto numbers = [&](const at::Tensor& map) {
    const at::Tensor whole = map.reshape({-1}).to(at::kLong);
    return at::where(whole.lt(0).logical_or(whole.ge(classes)), classes, whole);
  };
  const int64_t side = classes + 1;
  const at::Tensor pairs =
      at::bincount(numbers(target).mul_(side).add_(numbers(prediction)), {}, side * side).view({side, side}).cpu();
  const at::Tensor wanted = pairs.sum(1);
  const at::Tensor predicted = pairs.sum(0);

  std::vector<double> dice;
  for (int64_t c = 1; c < classes; ++c) {
    const auto truth = static_cast<double>(wanted[c].item<int64_t>());
    const double both = static_cast<double>(pairs[c][c].item<int64_t>());
    const double sum = truth + static_cast<double>(predicted[c].item<int64_t>());
    dice.push_back(truth > 0 ? 2 * both / sum : std::numeric_limits<double>::quiet_NaN());
  }
  return dice;
}

at::Tensor predictedClasses(const at::Tensor& logits) {
  return logits.size(0) == 1 ? logits[0].ge(0) : logits.argmax(0);
}

void MeanDice::add(const at::Tensor& prediction, const at::Tensor& target, int64_t classes) {
  double sum = 0;
  int64_t valid = 0;
  for (const double dice : diceOfClasses(prediction, target, classes)) {
    if (std::isnan(dice)) continue;
    sum += dice;
    ++valid;
  }
  if (valid == 0) return;
  sum_ += sum / static_cast<double>(valid);
  ++count_;
}

}  // namespace mlabel
