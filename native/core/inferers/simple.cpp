#include "inferers/simple.hpp"

#include <ATen/ATen.h>

namespace mlabel {

SimpleInferer::SimpleInferer(const Json& spec) { Args("SimpleInferer", spec).finish(); }

at::Tensor SimpleInferer::infer(const at::Tensor& image, const PredictFunction& predict,
                                const JobContext& context) const {
  context.check();
  at::Tensor logits = predict(image.unsqueeze(0).contiguous())[0];
  context.report({{"stage", "infer"}, {"done", 1.0}});
  return logits;
}

}  // namespace mlabel
