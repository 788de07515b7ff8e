#include "inferers/simple.hpp"

#include <ATen/ATen.h>

namespace mlabel {

SimpleInferer::SimpleInferer(const Json& spec) { Args("SimpleInferer", spec).finish(); }

at::Tensor SimpleInferer::infer(const at::Tensor& image, const PredictFunction& predict,
                                const JobContext& context) const {
  context.check();
  const at::Tensor logits = predict(image.unsqueeze(0).contiguous());
  if (logits.dim() != image.dim() + 1 || logits.sizes().slice(2) != image.sizes().slice(1)) {
    throw Error(ErrorCode::Unsupported, "SimpleInferer: the network changes the size of the image");
  }
  context.report({{"stage", "infer"}, {"done", 1.0}});
  return logits[0];
}

}  // namespace mlabel
