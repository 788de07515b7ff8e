#include "runtime/device.hpp"

#include <ATen/DeviceAccelerator.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>

#include <array>
#include <fstream>
#include <memory>

#include "runtime/error.hpp"
#include "runtime/main_memory.hpp"

namespace mlabel {
namespace {

c10::DeviceIndex acceleratorCount() { return at::accelerator::deviceCount(); }

/// The text after "name :" of the first such line of a file under /proc; empty when there is none.
std::string procField(const char* path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(name, 0) != 0) continue;
    const size_t start = line.find_first_not_of(" \t", line.find(':') + 1);
    return start == std::string::npos ? "" : line.substr(start);
  }
  return "";
}

/// The driver that libtorch has loaded already: libtorch itself says no more of a GPU without CUDA headers.
class CudaDriver {
 public:
  std::string name(c10::DeviceIndex index) const {
    std::array<char, 256> text{};
    const auto get = find<int(char*, int, int)>("cuDeviceGetName");
    const bool known = get != nullptr && get(text.data(), static_cast<int>(text.size()) - 1, handle(index)) == 0;
    return known ? text.data() : "";
  }

  /// 8 of compute capability 8.6; 0 where nothing can be found out.
  int computeCapability(c10::DeviceIndex index) const {
    constexpr int major = 75;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
    int value = 0;
    const auto get = find<int(int*, int, int)>("cuDeviceGetAttribute");
    return get != nullptr && get(&value, major, handle(index)) == 0 ? value : 0;
  }

 private:
  struct Close {
    void operator()(void* library) const { dlclose(library); }
  };

  template <class Function>
  Function* find(const char* name) const {
    return library_ ? reinterpret_cast<Function*>(dlsym(library_.get(), name)) : nullptr;
  }

  int handle(c10::DeviceIndex index) const {
    int handle = -1;
    const auto get = find<int(int*, int)>("cuDeviceGet");
    return get != nullptr && get(&handle, index) == 0 ? handle : -1;
  }

  std::unique_ptr<void, Close> library_{dlopen("libcuda.so.1", RTLD_LAZY | RTLD_NOLOAD)};
};

}  // namespace

c10::Device parseDevice(const std::string& name) {
  c10::Device device(c10::kCPU);
  try {
    device = c10::Device(name);
  } catch (const std::exception&) {
    throw Error(ErrorCode::InvalidInput, "\"" + name + "\" names no device; devices are \"cpu\", \"cuda\", \"cuda:1\"");
  }
  if (device.is_cpu()) return c10::Device(c10::kCPU);
  if (!device.has_index()) device.set_index(0);
  const auto accelerator = at::accelerator::getAccelerator();
  if (accelerator != device.type() || device.index() >= acceleratorCount()) {
    throw Error(ErrorCode::Unsupported, "this machine has no device \"" + name + "\" that libtorch can use");
  }
  return device;
}

std::vector<c10::Device> devices() {
  std::vector<c10::Device> result{c10::Device(c10::kCPU)};
  if (const auto accelerator = at::accelerator::getAccelerator()) {
    for (c10::DeviceIndex index = 0; index < acceleratorCount(); ++index) result.emplace_back(*accelerator, index);
  }
  return result;
}

DeviceMemory deviceMemory(c10::Device device) {
  if (!device.is_cpu()) {
    const auto [free, total] = c10::getDeviceAllocator(device.type())->getMemoryInfo(device.index());
    return {static_cast<int64_t>(total), static_cast<int64_t>(free)};
  }
  const MainMemory memory = mainMemory();
  return {memory.total, memory.free};
}

std::string describeDevice(c10::Device device) {
  const std::string name = device.is_cpu()    ? procField("/proc/cpuinfo", "model name")
                           : device.is_cuda() ? CudaDriver().name(device.index())
                                              : "";
  return name.empty() ? device.str() : name;
}

int computeCapability(c10::Device device) {
  return device.is_cuda() ? CudaDriver().computeCapability(device.index()) : 0;
}

void useDevice(c10::Device device, bool urgent) {
  if (device.is_cpu()) return;
  const c10::impl::VirtualGuardImpl guard(device.type());
  guard.setDevice(device);
  guard.exchangeStream(guard.getStreamFromGlobalPool(device, urgent));
}

void probeDevice(c10::Device device) {
  if (!device.is_cpu()) at::accelerator::synchronizeDevice(device.index());
}

void releaseCachedMemory(c10::Device device) noexcept {
  try {
    if (!device.is_cpu()) c10::getDeviceAllocator(device.type())->emptyCache();
  } catch (const std::exception&) {
    // The job that asks has failed already; its own error is the one to tell.
  }
}

}  // namespace mlabel
