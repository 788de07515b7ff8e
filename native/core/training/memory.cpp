#include "training/memory.hpp"

#include <c10/core/CachingDeviceAllocator.h>

#include <exception>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace mlabel {

void giveMemoryBack(c10::Device device) noexcept {
  try {
    if (!device.is_cpu()) c10::getDeviceAllocator(device.type())->emptyCache();
  } catch (const std::exception&) {
    // The run that used the device has reported it.
  }
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace mlabel
