// torch.autocast("cpu" or "cuda", dtype=torch.bfloat16) for the calling thread.
#pragma once

#include <c10/core/Device.h>

namespace mlabel {

/// While it lives, convolutions and matrix products compute in bfloat16; parameters, and with them their gradients,
/// stay float32.
class Autocast {
 public:
  explicit Autocast(c10::DeviceType device);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  c10::DeviceType device_;
};

}  // namespace mlabel
