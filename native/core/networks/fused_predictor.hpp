// A network on the CPU with its batch norms folded into the convolutions and each convolution prepacked for oneDNN.
#pragma once

#include "networks/predictor.hpp"

namespace mlabel {

/// ATen itself sends small float32 convolutions of batch 1 to a slow path (monai-core 7.1); this never does.
/// Instance and group norms follow their convolution as one pass with the activation (channel_norm.hpp).
std::unique_ptr<Predictor> makeFusedPredictor(std::shared_ptr<Network> network, Precision precision);

}  // namespace mlabel
