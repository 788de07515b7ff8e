// Files that torch.save or torch.jit.save wrote: the pickled objects in them, with their tensors. Nothing is executed.
#pragma once

#include <memory>
#include <string>

#include "networks/pickle.hpp"
#include "runtime/job.hpp"

namespace mlabel {

struct TorchFile {
  std::unique_ptr<PickleArena> arena;  ///< owns everything below `root`
  const PickleNode* root = nullptr;
};

/// Reads the zip layout (torch.save since 1.6, TorchScript) or the legacy one. Tensors are on the CPU and share storage
/// where the file says so. Every size, stride and offset is checked against the storage, and every storage against the
/// bytes of the file, before memory is asked for. `context` is polled from storage to storage. Throws NotFound, Io,
/// InvalidFile, TooLarge, OutOfMemory, Cancelled.
TorchFile readTorchFile(const std::string& path, const JobContext& context = {});

/// Throws InvalidFile when the records of a zip archive promise more than a file of this length can hold: what
/// libtorch's own reader would believe. Does nothing to other files.
void checkArchive(const std::string& path);

}  // namespace mlabel
