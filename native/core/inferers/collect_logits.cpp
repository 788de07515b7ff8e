#include "inferers/collect_logits.hpp"

#include <ATen/ATen.h>

#include <string>

#include "inferers/open_sums.hpp"
#include "runtime/main_memory.hpp"
#include "transforms/grid.hpp"

namespace mlabel {

void CollectLogits::take(at::Tensor logits, const Shape3& begin, const JobContext&) {
  if (spatialShape(logits) == grid_) {
    logits_ = logits.to(device_);
    return;
  }
  if (!logits_.defined()) {
    const int64_t classes = logits.size(0), voxels = grid_[0] * grid_[1] * grid_[2];
    if (device_.is_cpu()) {
      requireMemory(voxels * classes * 4,
                    "The logits of " + std::to_string(classes) + " classes for " + std::to_string(voxels) + " voxels");
    }
    logits_ = emptyLaidOutLike(logits, grid_, device_);
  }
  at::Tensor target = logits_;
  for (int axis = 0; axis < 3; ++axis) target = target.narrow(axis + 1, begin[axis], logits.size(axis + 1));
  target.copy_(logits);
}

at::Tensor inferLogits(const Inferer& inferer, const at::Tensor& image, const LedNetwork& network,
                       const JobContext& context) {
  CollectLogits logits(spatialShape(image), image.device());
  inferer.infer(image, network, logits, context);
  return logits.result(context);
}

}  // namespace mlabel
