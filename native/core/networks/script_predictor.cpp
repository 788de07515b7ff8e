// A TorchScript file as a predictor: for networks that are not written here.
#include <ATen/ATen.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <filesystem>

#include "networks/predictor.hpp"
#include "networks/torch_file.hpp"
#include "runtime/device.hpp"
#include "runtime/main_memory.hpp"

namespace mlabel {
namespace {

class ScriptPredictor : public Predictor {
 public:
  ScriptPredictor(torch::jit::Module module, c10::Device device, at::ScalarType type, int64_t bytes)
      : module_(std::move(module)), device_(device), type_(type), bytes_(bytes) {}

  at::Tensor predict(const at::Tensor& input, const JobContext&) override {
    // A copy: a model of somebody else's may write into its input, which may be an image that is kept.
    torch::jit::IValue output = module_.forward({input.to(device_, type_, /*non_blocking=*/false, /*copy=*/true)});
    // Deep supervision and auxiliary heads: the first is the segmentation.
    if (output.isTuple() && !output.toTupleRef().elements().empty()) output = output.toTupleRef().elements()[0];
    if (output.isTensorList() && !output.toTensorVector().empty()) output = output.toTensorVector()[0];
    if (!output.isTensor()) {
      throw Error(ErrorCode::Unsupported, "the TorchScript model answers with something else than a tensor");
    }
    return output.toTensor().to(at::kFloat);
  }
  std::string backend() const override { return "TorchScript"; }
  int64_t bytes() const override { return bytes_; }

 private:
  torch::jit::Module module_;
  c10::Device device_;
  at::ScalarType type_;
  int64_t bytes_;
};

torch::jit::Module load(const std::string& path, c10::Device device, at::ScalarType type) {
  try {
    torch::jit::Module module = torch::jit::load(path, device);
    module.eval();
    module.to(type);
    return torch::jit::freeze(module);
  } catch (const std::exception&) {
    const Error error = currentError();
    if (error.code() == ErrorCode::OutOfMemory) throw error;
    // That a device has died is no fault of the file.
    probeDevice(device);
    const std::string text = error.what();
    throw Error(ErrorCode::InvalidFile,
                "the file is no TorchScript model: " + text.substr(0, text.find('\n')).substr(0, 200));
  }
}

}  // namespace

std::unique_ptr<Predictor> makeScriptPredictor(const std::string& path, c10::Device device, Precision precision) {
  const bool brief = precision == Precision::BFloat16;
  if (brief && !supportsBFloat16(device)) {
    throw Error(ErrorCode::Unsupported, "bfloat16 is not supported on " + device.str());
  }
  checkArchive(path);
  const at::ScalarType type = brief ? at::kBFloat16 : at::kFloat;
  const auto bytes = static_cast<int64_t>(std::filesystem::file_size(path));
  requireMemory(bytes, "The model " + path);
  return std::make_unique<ScriptPredictor>(load(path, device, type), device, type, bytes);
}

}  // namespace mlabel
