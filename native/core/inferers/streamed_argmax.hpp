// Inverse of the geometry and arg-max, box by box while the logits come: classes × volume never exists, on neither grid.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "inferers/collect_logits.hpp"
#include "inferers/logit_sink.hpp"
#include "transforms/resample.hpp"
#include "transforms/trace.hpp"

namespace mlabel {

/// Its result are the labels that MONAI Label gets by inverting `trace` on the logits, then softmax, then argmax (monai-core
/// 2.8): uint8 (int16 beyond 256 classes) [1, I, J, K] on the file's grid, in file-order memory. The first class wins a tie.
///
/// Each voxel of the file's grid is decided with the box that has all of its neighbours on the network's grid, along the axes
/// or oblique to them. Turns, crops and pads after the resampling are undone on each box, those before it on the labels.
/// Memory: the labels twice, and a few planes of a box for each thread. Only where a trace resamples twice are the logits
/// collected.
class StreamedArgmax : public LogitSink {
 public:
  /// `grid` are the sizes of the network's grid, [I, J, K].
  StreamedArgmax(const Shape3& grid, const Trace& trace);

  void take(at::Tensor logits, const Shape3& begin, const JobContext& context) override;
  at::Tensor result(const JobContext& context) override;

 private:
  /// Decides what lies in a box of the grid behind the resampling.
  void decide(const at::Tensor& logits, const Shape3& begin, const JobContext& context);

  Shape3 grid_;
  /// Before and after the first resampling.
  Trace before_;
  Trace after_;
  std::optional<Resampler> resampler_;
  std::optional<CollectLogits> collected_;
  /// Of the grid before the resampling.
  Shape3 shape_{};
  at::Tensor labels_;
};

/// The same for logits [classes, I, J, K] that are there.
at::Tensor invertAndArgmax(const at::Tensor& logits, const Trace& trace, const JobContext& context);

}  // namespace mlabel
