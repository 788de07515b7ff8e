#include "transforms/trace.hpp"

#include <ATen/ATen.h>

#include "transforms/geometry.hpp"
#include "transforms/resample.hpp"

namespace mlabel {
namespace {

struct Undo {
  at::Tensor data;
  const JobContext& context;
  std::optional<Interpolation> mode;

  void operator()(const OrientOperation& operation) { data = orient(std::move(data), inverse(operation)); }
  void operator()(const ResampleOperation& operation) {
    const Grid now{spatialShape(data), operation.affineAfter};
    data = Resampler(now, {operation.shapeBefore, operation.affineBefore}, mode.value_or(operation.mode))
               .apply(data, context);
  }
  void operator()(const CropPadOperation& operation) {
    const Shape3& start = operation.start;
    data = cropPad(data, {-start[0], -start[1], -start[2]}, operation.shapeBefore);
  }
  void operator()(const PickOperation& operation) { data = pick(data, operation.shapeBefore); }
};

}  // namespace

at::Tensor invertTrace(const at::Tensor& data, const Trace& trace, const JobContext& context,
                       std::optional<Interpolation> mode) {
  Undo undo{data, context, mode};
  for (auto operation = trace.rbegin(); operation != trace.rend(); ++operation) {
    context.check();
    std::visit(undo, *operation);
  }
  return undo.data;
}

}  // namespace mlabel
