// MONAI's SimpleInferer: the whole image in one pass, of a size that the network takes. No arguments.
#include <ATen/ATen.h>

#include "inferers/inferer.hpp"

namespace mlabel {
namespace {

class SimpleInferer : public Inferer {
 public:
  explicit SimpleInferer(const Json& spec) { Args("SimpleInferer", spec).finish(); }

  void infer(const at::Tensor& image, const LedNetwork& network, LogitSink& sink,
             const JobContext& context) const override {
    context.check();
    const PredictFunction predict = onWindows(network, image, "SimpleInferer");
    const at::Tensor logits = predict(image.unsqueeze(0).contiguous());
    if (logits.dim() != 5 || logits.sizes().slice(2) != image.sizes().slice(1)) {
      throw Error(ErrorCode::Unsupported, "SimpleInferer: the network changes the size of the image");
    }
    sink.take(logits[0], {0, 0, 0}, context);
    context.report({{"stage", "infer"}, {"done", 1.0}});
  }
};

}  // namespace

std::unique_ptr<Inferer> makeSimpleInferer(const Json& spec) { return std::make_unique<SimpleInferer>(spec); }

}  // namespace mlabel
