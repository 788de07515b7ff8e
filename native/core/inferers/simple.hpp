// MONAI's SimpleInferer: the whole image in one pass.
#pragma once

#include "inferers/inferer.hpp"

namespace mlabel {

/// Takes no arguments; the image must be of a size that the network accepts.
class SimpleInferer : public Inferer {
 public:
  explicit SimpleInferer(const Json& spec);
  at::Tensor infer(const at::Tensor& image, const PredictFunction& predict, const JobContext& context) const override;
};

}  // namespace mlabel
