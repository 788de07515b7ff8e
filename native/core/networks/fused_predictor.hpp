// A network on the CPU with its batch norms folded into the convolutions and each convolution prepacked for oneDNN.
#pragma once

#include "networks/predictor.hpp"

namespace mlabel {

/// ATen itself sends small float32 convolutions of batch 1 to a slow path (monai-core 7.1); this never does.
/// Layers that cannot be folded (instance norm, …) follow their convolution as they are.
std::unique_ptr<Predictor> makeFusedPredictor(std::shared_ptr<Network> network, Precision precision);

}  // namespace mlabel
