// Memory after a training.
#pragma once

#include <c10/core/Device.h>

namespace mlabel {

/// Returns what a finished job has freed to the system, or to the device's other users: the allocators keep it otherwise.
/// Never throws: a device that is broken must not hide the error that broke it.
void giveMemoryBack(c10::Device device) noexcept;

}  // namespace mlabel
