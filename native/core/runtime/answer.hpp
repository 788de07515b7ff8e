// What a job answers: JSON, and bytes that reach JavaScript without a copy.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/json.hpp"

namespace mlabel {

/// Bytes that live as long as `owner`; nobody else writes to them.
struct Buffer {
  std::shared_ptr<void> owner;
  uint8_t* data = nullptr;
  size_t size = 0;
};

Buffer bufferOf(std::vector<uint8_t> bytes);

/// The elements of a tensor in main memory, in the order of its indices; copied only where that is not the order of memory.
Buffer bufferOf(const at::Tensor& elements);

struct Answer {
  Json json;
  /// By the field of the answer that they are: lib/engine/types.ts has a Uint8Array there.
  std::map<std::string, Buffer> buffers;
};

}  // namespace mlabel
