#include <ATen/ATen.h>

#include <optional>

#include "labels/class_map.hpp"
#include "transforms/arguments.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// AsDiscreted, in MONAI's order: argmax over the channels (the first of equals), one-hot of `to_onehot` classes,
/// x >= threshold, rounding "torchrounding" (half to even). The result is float32.
class AsDiscrete {
 public:
  explicit AsDiscrete(const Args& args) {
    argmax_ = args.get<bool>("argmax", false);
    classes_ = args.get<int64_t>("to_onehot", 0);
    if (args.has("threshold")) threshold_ = args.require<double>("threshold");
    round_ = args.choice("rounding", {"none", "torchrounding"}, "none") == "torchrounding";
    if (args.has("to_onehot") && classes_ < 1) args.invalid("to_onehot", "must be at least 1");
  }

  void apply(SampleImage& image, const JobContext&) const {
    at::Tensor& data = image.data;
    if (argmax_) data = argmaxMap(data).unsqueeze(0);
    if (classes_ > 0) data = oneHot(data);
    if (threshold_) data = data >= *threshold_;
    if (round_) data = data.round();
    data = data.to(at::kFloat);
  }

 private:
  at::Tensor oneHot(const at::Tensor& data) const {
    if (data.size(0) != 1) {
      throw Error(ErrorCode::InvalidInput,
                  "AsDiscreted: to_onehot needs one channel, not " + std::to_string(data.size(0)));
    }
    const at::Tensor classes = at::arange(classes_, at::kLong).view({classes_, 1, 1, 1});
    return data.to(at::kLong) == classes;
  }

  bool argmax_;
  int64_t classes_;
  std::optional<double> threshold_;
  bool round_;
};

}  // namespace

TransformPointer makeAsDiscrete(const Args& args) { return std::make_shared<ArrayTransform<AsDiscrete>>(args); }

}  // namespace mlabel
