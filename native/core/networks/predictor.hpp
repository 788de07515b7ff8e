// A network made ready for inference on one device: prepacked where that pays, otherwise as it is.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <memory>
#include <string>

#include "networks/weights.hpp"
#include "runtime/job.hpp"

namespace mlabel {

enum class Precision { Float32, BFloat16 };

class Predictor {
 public:
  virtual ~Predictor() = default;

  /// float32 [N, C, …] → float32 logits [N, classes, …]. The caller holds an InferenceMode guard and owns the device.
  /// The result is fresh memory that the caller may change. Throws InvalidInput for sizes that the network cannot take;
  /// Cancelled, where it can between layers.
  virtual at::Tensor predict(const at::Tensor& input, const JobContext& context) = 0;

  /// What runs: "fused oneDNN", "ATen", "TorchScript". For the answer's timings and the bench.
  virtual std::string backend() const = 0;

  /// What it holds on its device, about.
  virtual int64_t bytes() const = 0;
};

/// True where bfloat16 is worth asking for: oneDNN's own check on a CPU (AVX-512 BW/VL/DQ or better), compute capability 8
/// on a GPU. Never found out by trying.
bool supportsBFloat16(c10::Device device);

/// Bytes of the parameters.
int64_t bytesOf(const torch::nn::Module& network);

/// The fastest way to run `network` with its present weights on `device`; float32 gives the arg-max of the plain
/// module. Throws Unsupported when `precision` is not supported there.
std::unique_ptr<Predictor> makePredictor(const std::shared_ptr<Network>& network, c10::Device device,
                                         Precision precision);

/// The network's own layers, as on a device that nothing is prepacked for.
std::unique_ptr<Predictor> makeModulePredictor(const std::shared_ptr<Network>& network, c10::Device device,
                                               Precision precision);

/// A TorchScript file (`.ts`, or a `.pt` that torch.jit.save wrote). Throws NotFound, InvalidFile.
std::unique_ptr<Predictor> makeScriptPredictor(const std::string& path, c10::Device device, Precision precision);

}  // namespace mlabel
