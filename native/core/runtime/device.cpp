#include "runtime/device.hpp"

#include <ATen/DeviceAccelerator.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>
#include <sys/sysinfo.h>

#include <array>
#include <fstream>
#include <sstream>

#include "runtime/error.hpp"

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

/// cuDeviceGetName of the driver that libtorch has loaded already: libtorch itself offers no name without CUDA headers.
std::string cudaName(c10::DeviceIndex index) {
  using GetDevice = int (*)(int*, int);
  using GetName = int (*)(char*, int, int);
  void* driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_NOLOAD);
  if (driver == nullptr) return "";
  const auto getDevice = reinterpret_cast<GetDevice>(dlsym(driver, "cuDeviceGet"));
  const auto getName = reinterpret_cast<GetName>(dlsym(driver, "cuDeviceGetName"));
  std::array<char, 256> name{};
  int handle = 0;
  const bool known = getDevice != nullptr && getName != nullptr && getDevice(&handle, index) == 0 &&
                     getName(name.data(), static_cast<int>(name.size()) - 1, handle) == 0;
  dlclose(driver);
  return known ? name.data() : "";
}

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
  struct sysinfo system {};
  if (sysinfo(&system) != 0) return {};
  DeviceMemory memory{static_cast<int64_t>(system.totalram) * system.mem_unit,
                      static_cast<int64_t>(system.freeram) * system.mem_unit};
  // What the page cache would give up counts as free.
  int64_t kibibytes = 0;
  if (std::istringstream(procField("/proc/meminfo", "MemAvailable")) >> kibibytes) memory.free = kibibytes * 1024;
  return memory;
}

std::string describeDevice(c10::Device device) {
  const std::string name =
      device.is_cpu() ? procField("/proc/cpuinfo", "model name") : device.is_cuda() ? cudaName(device.index()) : "";
  return name.empty() ? device.str() : name;
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
