// Versions and devices.
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <torch/version.h>

#include "networks/predictor.hpp"
#include "operations/operation.hpp"
#include "runtime/device.hpp"
#include "runtime/runtime.hpp"

namespace mlabel {
namespace {

/// "13.0" of the CUDA that libtorch was built with, null without one.
Json cudaVersion() {
  const auto& hooks = at::detail::getCUDAHooks();
  if (!hooks.hasCUDART()) return nullptr;
  const long version = hooks.versionCUDART();
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

/// What can be said of a device; one that is ill says why under "error", and hides no other.
Json describe(c10::Device device, const std::string& fault) {
  Json text = {{"name", device.str()}, {"description", device.str()}, {"memoryTotal", 0}, {"memoryFree", 0}};
  text["precisions"] = Json::array({"float32"});
  if (!fault.empty()) text["error"] = fault;
  try {
    text["description"] = describeDevice(device);
    const DeviceMemory memory = deviceMemory(device);
    text["memoryTotal"] = memory.total;
    text["memoryFree"] = memory.free;
    if (supportsBFloat16(device)) text["precisions"].push_back("bfloat16");
  } catch (...) {
    if (fault.empty()) text["error"] = currentError().what();
  }
  return text;
}

class InfoOperation : public SimpleOperation {
 public:
  explicit InfoOperation(const Json& options) { Args("info", options).finish(); }

  Lane lane() const override { return Lane::Files; }

  Json run(Runtime& runtime, const JobContext&) override {
    Json list = Json::array();
    for (const c10::Device device : devices()) list.push_back(describe(device, runtime.fault(device)));
    return {
        {"libtorch", TORCH_VERSION}, {"cuda", cudaVersion()}, {"threads", at::get_num_threads()}, {"devices", list}};
  }
};

}  // namespace

std::unique_ptr<Operation> makeInfoOperation(const Json& options) { return std::make_unique<InfoOperation>(options); }

}  // namespace mlabel
