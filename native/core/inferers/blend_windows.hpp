// A network led over a volume in overlapping windows: monai.inferers.utils.sliding_window_inference.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <string>

#include "inferers/inferer.hpp"

namespace mlabel {

struct BlendOptions {
  Shape3 roi{};
  std::array<double, 3> overlap{};
  std::array<double, 3> sigmaScale{};
  bool gaussian = false;
  int64_t batchSize = 1;
  std::string paddingMode = "constant";
  double paddingValue = 0;
  /// Bytes that open sums may take. Where they would take more, the volume is gone through in bands, and windows at the
  /// borders of these are computed twice. A constant, so that a request takes the same way on every machine: with the image,
  /// the labels and what a network holds at once (twice 0.4 GB for 105 classes in 96³), it leaves a process below 6 GB.
  int64_t mostOpen = 2'500'000'000;
};

/// Windows of `image` [C, I, J, K] in MONAI's order (first axis slowest), steps, padding and weights, summed in that order
/// in float32: the logits are MONAI's to the last bit where the network's are. Each box goes to `sink` as soon as no later
/// window reaches it. `predict` takes windows [N, C, roi…]. Throws Unsupported, as `who`, when it changes their size.
/// Memory: open sums (open_sums.hpp) on the device of the logits, and a few windows.
void blendWindows(const at::Tensor& image, const BlendOptions& options, const PredictFunction& predict, LogitSink& sink,
                  const JobContext& context, const std::string& who);

}  // namespace mlabel
