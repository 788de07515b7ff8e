// Versions and devices.
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <torch/version.h>

#include "networks/predictor.hpp"
#include "operations/operation.hpp"
#include "runtime/device.hpp"

namespace mlabel {
namespace {

/// "13.0" of the CUDA that libtorch was built with, null without one.
Json cudaVersion() {
  const auto& hooks = at::detail::getCUDAHooks();
  if (!hooks.hasCUDART()) return nullptr;
  const long version = hooks.versionCUDART();
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

Json describe(c10::Device device) {
  const DeviceMemory memory = deviceMemory(device);
  Json precisions = Json::array({"float32"});
  if (supportsBFloat16(device)) precisions.push_back("bfloat16");
  return {{"name", device.str()},
          {"description", describeDevice(device)},
          {"memoryTotal", memory.total},
          {"memoryFree", memory.free},
          {"precisions", precisions}};
}

class InfoOperation : public Operation {
 public:
  explicit InfoOperation(const Json& options) { Args("info", options).finish(); }

  Lane lane() const override { return Lane::Files; }

  Json run(Runtime&, const JobContext&) override {
    Json list = Json::array();
    for (const c10::Device device : devices()) list.push_back(describe(device));
    return {{"libtorch", TORCH_VERSION}, {"cuda", cudaVersion()}, {"threads", at::get_num_threads()}, {"devices", list}};
  }
};

}  // namespace

std::unique_ptr<Operation> makeInfoOperation(const Json& options) { return std::make_unique<InfoOperation>(options); }

}  // namespace mlabel
