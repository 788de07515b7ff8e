// Logits as one tensor, for those who need them all: validation, post-transforms other than an arg-max.
#pragma once

#include <c10/core/Device.h>

#include "inferers/inferer.hpp"

namespace mlabel {

/// Its result is [classes, I, J, K] on `device`. Memory: classes × volume.
class CollectLogits : public LogitSink {
 public:
  CollectLogits(const Shape3& grid, c10::Device device) : grid_(grid), device_(device) {}

  /// Throws TooLarge and OutOfMemory, with the numbers, where main memory does not hold the logits.
  void take(at::Tensor logits, const Shape3& begin, const JobContext& context) override;
  at::Tensor result(const JobContext&) override { return logits_; }

 private:
  Shape3 grid_;
  c10::Device device_;
  at::Tensor logits_;
};

/// The logits of a whole image, on the image's device; for the arguments see Inferer::infer.
at::Tensor inferLogits(const Inferer& inferer, const at::Tensor& image, const LedNetwork& network,
                       const JobContext& context = {});

}  // namespace mlabel
