#include "training/autocast.hpp"

#include <ATen/autocast_mode.h>

namespace mlabel {

Autocast::Autocast(c10::DeviceType device) : device_(device) {
  at::autocast::set_autocast_dtype(device, at::kBFloat16);
  at::autocast::set_autocast_enabled(device, true);
}

Autocast::~Autocast() {
  at::autocast::set_autocast_enabled(device_, false);
  // Copies of weights in bfloat16: an update would leave them behind.
  at::autocast::clear_cache();
}

}  // namespace mlabel
