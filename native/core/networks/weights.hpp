// Weight files: reading every layout that Python writes without executing anything, writing what Python loads.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "networks/network.hpp"
#include "runtime/job.hpp"

namespace mlabel {

/// Names and tensors in the order of the file.
using StateDict = std::vector<std::pair<std::string, at::Tensor>>;

/// Reads the tensors of a `.pt`: zip or legacy layout, pickle protocols 2 to 5, a bare state dict or one under
/// "model", "state_dict", "network", … (monai-core 6.1), a whole pickled module, a TorchScript archive. "module." and
/// "_orig_mod." before every name are dropped. Nothing is executed: unknown classes stay opaque. Every size, stride and offset is
/// checked against the file before memory is used. Throws NotFound, Io, InvalidFile (truncated, lying, no tensors in
/// it), Unsupported (big-endian, exotic types), TooLarge, OutOfMemory or, where `context` says so, Cancelled.
StateDict readStateDict(const std::string& path, const JobContext& context = {});

/// Writes an OrderedDict that Python's torch.load accepts with its default weights_only=True and that
/// load_state_dict(strict=True) accepts. To a temporary name beside `path`, synced, then renamed, so that a reader
/// never sees half a file. Throws Io.
void writeStateDict(const std::string& path, const StateDict& weights);

/// What a training needs to go on: in Python a dict that holds each part as an OrderedDict under its name, and beside
/// them the values.
struct Checkpoint {
  /// "model" first, so that readStateDict and MONAI Label find the weights.
  std::vector<std::pair<std::string, StateDict>> parts;
  /// An object of numbers, texts and booleans: epoch, best metric, …
  Json values = Json::object();

  /// Throws InvalidFile when there is no such part.
  const StateDict& part(const std::string& name) const;
};

/// Both as above. Reading takes what has this form out of any checkpoint and leaves the rest.
void writeCheckpoint(const std::string& path, const Checkpoint& checkpoint);
Checkpoint readCheckpoint(const std::string& path);

/// Copies by name into parameters and buffers, converting types. Where the names of the network are all there behind one
/// prefix ("_model.", "net."), those are taken: the rest belongs to what was around the network. Counts of batches may be
/// missing, as in PyTorch. With `strict`, a missing, unexpected or misshapen name throws InvalidFile that lists the first
/// few; without, such names are returned and left as they are. A value that is not finite throws InvalidFile with its name.
std::vector<std::string> loadStateDict(Network& network, const StateDict& weights, bool strict);

/// All parameters and buffers in Python's order.
StateDict stateDict(const Network& network);

}  // namespace mlabel
