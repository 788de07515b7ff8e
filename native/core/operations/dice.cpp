// Dice of each label between two label files.
#include <ATen/ATen.h>

#include <map>

#include "image/image_file.hpp"
#include "operations/factories.hpp"

namespace mlabel {
namespace {

/// Voxels of one value: in the reference, in the prediction, in both.
struct Overlap {
  int64_t reference = 0;
  int64_t prediction = 0;
  int64_t both = 0;
  double dice() const { return 2.0 * static_cast<double>(both) / static_cast<double>(reference + prediction); }
};

std::map<int64_t, Overlap> overlaps(const at::Tensor& prediction, const at::Tensor& reference) {
  // One pass over (value, value) pairs: at most a few differ.
  const at::Tensor pairs = at::stack({reference.round().to(at::kLong).flatten(), prediction.round().to(at::kLong).flatten()});
  const auto [values, inverse, counts] = at::unique_dim(pairs, 1, true, false, true);
  std::map<int64_t, Overlap> result;
  for (int64_t pair = 0; pair < counts.numel(); ++pair) {
    const auto truth = values[0][pair].item<int64_t>(), predicted = values[1][pair].item<int64_t>();
    const auto count = counts[pair].item<int64_t>();
    result[truth].reference += count;
    result[predicted].prediction += count;
    if (truth == predicted) result[truth].both += count;
  }
  return result;
}

class DiceOperation : public Operation {
 public:
  explicit DiceOperation(const Json& options) {
    const Args args("dice", options);
    prediction_ = args.require<std::string>("prediction");
    reference_ = args.require<std::string>("reference");
    args.finish();
  }

  Lane lane() const override { return Lane::Files; }

  Json run(Runtime&, const JobContext& context) override {
    const Volume prediction = readImage(prediction_, context);
    const Volume reference = readImage(reference_, context);
    if (prediction.data.sizes() != reference.data.sizes()) {
      throw Error(ErrorCode::InvalidInput, "the prediction and the reference are not of one grid");
    }
    Json dice = Json::object();
    double sum = 0;
    for (const auto& [value, overlap] : overlaps(prediction.data, reference.data)) {
      if (value == 0 || overlap.reference == 0) continue;
      dice[std::to_string(value)] = overlap.dice();
      sum += overlap.dice();
    }
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
