#include <ATen/ATen.h>

#include "transforms/arguments.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// Activationsd: sigmoid, or softmax over the channels, in float32.
class Activations {
 public:
  explicit Activations(const Args& args) {
    sigmoid_ = args.get<bool>("sigmoid", false);
    softmax_ = args.get<bool>("softmax", false);
    if (sigmoid_ && softmax_) args.invalid("softmax", "cannot be combined with sigmoid");
  }

  void apply(SampleImage& image, const JobContext&) const {
    image.data = image.data.to(at::kFloat);
    if (sigmoid_) image.data = image.data.sigmoid();
    if (softmax_) image.data = image.data.softmax(0);
  }

 private:
  bool sigmoid_;
  bool softmax_;
};

}  // namespace

TransformPointer makeActivations(const Args& args) { return std::make_shared<ArrayTransform<Activations>>(args); }

}  // namespace mlabel
