// The devices of this machine, through libtorch's device-generic interface: no CUDA header is needed to build.
#pragma once

#include <c10/core/Device.h>

#include <string>
#include <vector>

namespace mlabel {

/// "cpu", "cuda" (the first one), "cuda:1", … as a device with an index, "cpu" without.
/// Throws InvalidInput for a text that names no device and Unsupported for a device that this machine has not.
c10::Device parseDevice(const std::string& name);

/// The processor first, then every accelerator.
std::vector<c10::Device> devices();

struct DeviceMemory {
  /// Bytes.
  int64_t total = 0;
  int64_t free = 0;
};

DeviceMemory deviceMemory(c10::Device device);

/// The processor's or the accelerator's name for a person.
std::string describeDevice(c10::Device device);

/// The major number of an NVIDIA GPU's compute capability; 0 for every other device.
int computeCapability(c10::Device device);

/// Makes the calling thread work on `device`: on an accelerator it becomes the current one and the thread gets a stream
/// of its own, of high priority when `urgent`. Does nothing on a CPU.
void useDevice(c10::Device device, bool urgent);

/// Waits for an accelerator's work. Throws where it fails for good: after an illegal access, say, every later call does.
/// Does nothing on a CPU.
void probeDevice(c10::Device device);

/// Gives cached blocks of an accelerator back to it, after a job that ran out of memory. Does nothing on a CPU.
void releaseCachedMemory(c10::Device device) noexcept;

}  // namespace mlabel
