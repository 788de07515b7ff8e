#include "training/memory.hpp"

#include <exception>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "runtime/device.hpp"

namespace mlabel {

void giveMemoryBack(c10::Device device) noexcept {
  try {
    releaseCachedMemory(device);
  } catch (const std::exception&) {
    // The run that used the device has reported it.
  }
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace mlabel
