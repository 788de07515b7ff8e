// MONAI's SlidingWindowInferer: overlapping windows, blended.
#pragma once

#include <string>
#include <vector>

#include "inferers/inferer.hpp"

namespace mlabel {

/// Windows in MONAI's order (first axis slowest), MONAI's steps and weights, summed in that order in float32, so that
/// the logits are those of monai.inferers.sliding_window_inference to the last bit where the network's are.
///
/// Arguments: roi_size (a number for all axes or a list; null or ≤ 0: the image's size), sw_batch_size 1, overlap 0.25
/// (a number or a list, in [0, 1)), mode "constant" or "gaussian", sigma_scale 0.125, padding_mode "constant",
/// "reflect", "replicate" or "circular" for images smaller than a window, cval 0.
///
/// Memory: classes × volume for the sums; with Gaussian weights one more volume for their sum.
class SlidingWindowInferer : public Inferer {
 public:
  /// Throws InvalidInput.
  explicit SlidingWindowInferer(const Json& spec);

  /// Throws InvalidInput when roi_size or overlap has not as many values as the image has axes, Unsupported when the
  /// network changes the size of a window.
  at::Tensor infer(const at::Tensor& image, const PredictFunction& predict, const JobContext& context) const override;

  void checkFor(const Network& network) const override;

 private:
  std::vector<int64_t> windowSize(at::IntArrayRef imageSize) const;

  /// One value, or one for each axis.
  std::vector<int64_t> roiSize_;
  std::vector<double> overlap_;
  std::vector<double> sigmaScale_;
  int64_t batchSize_;
  bool gaussian_;
  std::string paddingMode_;
  double paddingValue_;
};

}  // namespace mlabel
