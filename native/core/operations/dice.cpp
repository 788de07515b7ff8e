// Dice of each label between two label files.
#include <ATen/ATen.h>

#include "image/read_label.hpp"
#include "labels/label_counts.hpp"
#include "operations/operation.hpp"

namespace mlabel {
namespace {

constexpr int64_t largestValue = 65535;

/// Label values; throws InvalidInput for those that cannot be counted.
at::Tensor labelValues(const std::string& path, const JobContext& context) {
  const at::Tensor voxels = readLabel(path, context).data;
  const auto [smallest, largest] = at::aminmax(voxels);
  if (smallest.item<int64_t>() < 0 || largest.item<int64_t>() > largestValue) {
    throw Error(ErrorCode::InvalidInput, "the voxels of " + path + " are not label values from 0 to 65535");
  }
  return voxels.to(at::kInt);
}

/// 2 |A ∩ B| / (|A| + |B|) of each value but 0 that the reference holds, by value as text, ascending.
Json diceByValue(const at::Tensor& prediction, const at::Tensor& reference) {
  const LabelCounts counts = countLabels(prediction, reference, largestValue + 1);
  Json dice = Json::object();
  for (int64_t value = 1; value <= largestValue; ++value) {
    if (const auto found = counts.dice(value)) dice[std::to_string(value)] = *found;
  }
  return dice;
}

class DiceOperation : public SimpleOperation {
 public:
  explicit DiceOperation(const Json& options) {
    const Args args("dice", options);
    prediction_ = args.require<std::string>("prediction");
    reference_ = args.require<std::string>("reference");
    args.finish();
  }

  Lane lane() const override { return Lane::Files; }

  Json run(Runtime&, const JobContext& context) override {
    const at::Tensor prediction = labelValues(prediction_, context), reference = labelValues(reference_, context);
    if (prediction.sizes() != reference.sizes()) {
      throw Error(ErrorCode::InvalidInput, "the prediction and the reference are not of one grid");
    }
    const Json dice = diceByValue(prediction, reference);
    double sum = 0;
    for (const Json& value : dice) sum += value.get<double>();
    const double mean = dice.empty() ? 0 : sum / static_cast<double>(dice.size());
    return {{"dice", dice}, {"mean", mean}};
  }

 private:
  std::string prediction_;
  std::string reference_;
};

}  // namespace

std::unique_ptr<Operation> makeDiceOperation(const Json& options) { return std::make_unique<DiceOperation>(options); }

}  // namespace mlabel
