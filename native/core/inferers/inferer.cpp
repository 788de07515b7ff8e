#include "inferers/inferer.hpp"

#include <ATen/ATen.h>

namespace mlabel {

PredictFunction acrossAxis(PredictFunction predict, int axis) {
  return [predict = std::move(predict), axis](const at::Tensor& windows) {
    const at::Tensor logits = predict(windows.squeeze(axis + 2));
    // What is no image is refused by whoever asked.
    return logits.dim() == 4 ? logits.unsqueeze(axis + 2) : logits;
  };
}

PredictFunction onWindows(const LedNetwork& network, const at::Tensor& image, const std::string& who) {
  if (network.spatialDims != 2) return network.predict;
  if (image.size(3) == 1) return acrossAxis(network.predict, 2);
  throw Error(ErrorCode::InvalidInput, who + ": the network is for 2-D images; this one has " +
                                           std::to_string(image.size(3)) +
                                           " slices. SliceInferer leads a 2-D network through a volume");
}

}  // namespace mlabel
