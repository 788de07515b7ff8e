// Weight files: reading every layout that Python writes without executing anything, writing what Python loads.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "networks/network.hpp"

namespace mlabel {

/// Names and tensors in the order of the file.
using StateDict = std::vector<std::pair<std::string, at::Tensor>>;

/// Reads the tensors of a `.pt`: zip or legacy layout, pickle protocols 2 to 5, a bare state dict or one under
/// "model", "state_dict", "network", … (monai-core 6.1); a TorchScript archive gives its parameters.
/// Nothing is executed: unknown classes stay opaque. Every size, stride and offset is checked against the file before
/// memory is used. Throws NotFound, InvalidFile (truncated, lying, no tensors in it) or TooLarge.
StateDict readStateDict(const std::string& path);

/// Writes an OrderedDict that Python's torch.load accepts with its default weights_only=True and that
/// load_state_dict(strict=True) accepts; `extra` numbers (epoch, metric) are stored beside it under "model" when given.
/// To a temporary name beside `path`, synced, then renamed, so that a reader never sees half a file. Throws Io.
void writeStateDict(const std::string& path, const StateDict& weights);

/// Copies by name into parameters and buffers. With `strict`, a missing, unexpected or misshapen name throws InvalidFile
/// that lists the first few; without, such names are returned and left as they are.
std::vector<std::string> loadStateDict(Network& network, const StateDict& weights, bool strict);

/// All parameters and buffers in Python's order.
StateDict stateDict(const Network& network);

}  // namespace mlabel
