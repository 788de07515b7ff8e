#include "runtime/answer.hpp"

#include <utility>

namespace mlabel {

Buffer bufferOf(std::vector<uint8_t> bytes) {
  const auto owner = std::make_shared<std::vector<uint8_t>>(std::move(bytes));
  return {owner, owner->data(), owner->size()};
}

Buffer bufferOf(const at::Tensor& elements) {
  const auto owner = std::make_shared<at::Tensor>(elements.contiguous());
  return {owner, static_cast<uint8_t*>(owner->mutable_data_ptr()), owner->nbytes()};
}

}  // namespace mlabel
