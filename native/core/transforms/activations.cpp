#include <ATen/ATen.h>

#include "transforms/arguments.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// Activationsd: sigmoid, or softmax over the channels, in float32.
class Activations final : public Transform {
 public:
  explicit Activations(const Json& spec) {
    const Args args("Activationsd", spec);
    keys_ = keysOf(args);
    sigmoid_ = args.get<bool>("sigmoid", false);
    softmax_ = args.get<bool>("softmax", false);
    args.finish();
    if (sigmoid_ && softmax_) args.invalid("softmax", "cannot be combined with sigmoid");
  }

  void apply(Sample& sample, const JobContext& context) const override {
    for (const std::string& key : keys_) {
      context.check();
      at::Tensor& data = sample.at(key, "Activationsd").data;
      data = data.to(at::kFloat);
      if (sigmoid_) data = data.sigmoid();
      if (softmax_) data = data.softmax(0);
    }
  }

 private:
  std::vector<std::string> keys_;
  bool sigmoid_;
  bool softmax_;
};

}  // namespace

TransformPointer makeActivations(const Json& spec) { return std::make_shared<Activations>(spec); }

}  // namespace mlabel
