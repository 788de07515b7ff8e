// How much main memory there is, and asking for it before it is taken. A GPU's allocator refuses before harm is done; main
// memory is promised without end, and the process that believes it is killed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace mlabel {

struct MainMemory {
  /// Bytes of the machine, or of the process's control group (a container, a service) where that has less.
  int64_t total = 0;
  /// What could be taken now without swapping; what the page cache would give up counts.
  int64_t free = 0;
};

MainMemory mainMemory();

/// Bytes that may still be asked for: what is free, less what tensors have been promised and have not touched yet, less a
/// reserve for everything else on the machine.
int64_t memoryToSpare();

/// Call it before `bytes` are taken at once; `what` begins the sentence of the error, "The voxels of a.nii.gz". Throws TooLarge
/// where the machine never has as much, OutOfMemory where there is not as much now. Reserves and kept blocks are given back first.
void requireMemory(int64_t bytes, const std::string& what);

/// What is kept for later and is given back where memory is asked for that is not free.
class MemoryReserve {
 public:
  /// `give` is called by whoever asks, on any thread, and by one at a time. It must not ask for memory of tensors itself.
  explicit MemoryReserve(std::function<void()> give);
  /// Waits for a call that runs.
  ~MemoryReserve();
  MemoryReserve(const MemoryReserve&) = delete;
  MemoryReserve& operator=(const MemoryReserve&) = delete;
};

/// "3.2 GiB", for a person.
std::string inGibibytes(int64_t bytes);

}  // namespace mlabel
