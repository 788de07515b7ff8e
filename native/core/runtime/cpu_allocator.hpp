// Memory for large tensors on the CPU, reused from layer to layer.
#pragma once

#include <cstdint>

namespace mlabel {

/// Makes libtorch (oneDNN's workspaces included) take blocks of 2 MiB and more from a pool of huge-page memory.
/// glibc returns such blocks to the system after every layer and faults them in again: at 160³ that is up to half of
/// a forward's time (monai-core 7.3). The rest of the process keeps its malloc. A block that the machine has no memory
/// for is refused (requireMemory). Any number of calls, from any thread.
void usePooledCpuMemory();

/// Gives what the pool keeps (512 MiB at most) and what malloc keeps back to the system; for when no job is left.
void releasePooledCpuMemory() noexcept;

/// Bytes of the blocks that tensors hold, and that the pool keeps.
int64_t promisedCpuMemory() noexcept;

}  // namespace mlabel
