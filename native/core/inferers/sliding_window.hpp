// MONAI's SlidingWindowInferer: overlapping windows, blended.
#pragma once

#include <string>
#include <vector>

#include "inferers/blend_windows.hpp"
#include "inferers/inferer.hpp"

namespace mlabel {

/// Arguments: roi_size (a number for all axes of the network or a list; null or ≤ 0: the image's size), sw_batch_size 1,
/// overlap 0.25 (a number or a list, in [0, 1)), mode "constant" or "gaussian", sigma_scale 0.125, padding_mode "constant",
/// "reflect", "replicate" or "circular" for images smaller than a window, cval 0.
class SlidingWindowInferer : public Inferer {
 public:
  /// Reads the arguments above, and leaves it to the caller to finish `args`. Throws InvalidInput.
  explicit SlidingWindowInferer(const Args& args);

  /// Throws InvalidInput when roi_size or overlap has not as many values as the network has axes, and what blendWindows
  /// throws.
  void infer(const at::Tensor& image, const LedNetwork& network, LogitSink& sink,
             const JobContext& context) const override;

  void checkFor(const Network& network) const override;

 protected:
  /// The arguments for `image`, with a value for each of the first `axes` axes; windows are of size 1 along a third beyond.
  BlendOptions optionsFor(const std::vector<int64_t>& roiSize, const at::Tensor& image, size_t axes) const;

  const std::string& name() const { return name_; }

  /// One value, or one for each axis.
  std::vector<int64_t> roiSize_;

 private:
  template <class T>
  std::vector<T> forEachAxis(const std::vector<T>& values, size_t axes, const char* name) const;

  std::string name_;
  std::vector<double> overlap_;
  std::vector<double> sigmaScale_;
  int64_t batchSize_;
  bool gaussian_;
  std::string paddingMode_;
  double paddingValue_;
};

}  // namespace mlabel
