#include "inferers/sliding_window.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "networks/network.hpp"

namespace mlabel {

SlidingWindowInferer::SlidingWindowInferer(const Args& args) : name_(args.owner()) {
  for (const Json& size : args.list<Json>("roi_size")) {
    if (!size.is_null() && !size.is_number_integer()) args.invalid("roi_size", "is not a list of whole numbers");
    roiSize_.push_back(size.is_null() ? 0 : size.get<int64_t>());
  }
  if (roiSize_.empty()) args.invalid("roi_size", "is missing");
  overlap_ = args.list<double>("overlap", {0.25});
  sigmaScale_ = args.list<double>("sigma_scale", {0.125});
  batchSize_ = args.get<int64_t>("sw_batch_size", 1);
  gaussian_ = args.choice("mode", {"constant", "gaussian"}, "constant") == "gaussian";
  paddingMode_ = args.choice("padding_mode", {"constant", "reflect", "replicate", "circular"}, "constant");
  paddingValue_ = args.get<double>("cval", 0);
  for (const double overlap : overlap_) {
    if (!(overlap >= 0 && overlap < 1)) args.invalid("overlap", "must be at least 0 and below 1");
  }
  for (const double scale : sigmaScale_) {
    if (!(scale > 0)) args.invalid("sigma_scale", "must be above 0");
  }
  if (batchSize_ < 1) args.invalid("sw_batch_size", "must be at least 1");
}

template <class T>
std::vector<T> SlidingWindowInferer::forEachAxis(const std::vector<T>& values, size_t axes, const char* name) const {
  if (values.size() == 1) return std::vector<T>(axes, values[0]);
  if (values.size() == axes) return values;
  throw Error(ErrorCode::InvalidInput, name_ + ": " + name + " has " + std::to_string(values.size()) +
                                           " values for windows of " + std::to_string(axes) + " axes");
}

BlendOptions SlidingWindowInferer::optionsFor(const std::vector<int64_t>& roiSize, const at::Tensor& image,
                                              size_t axes) const {
  BlendOptions options;
  options.roi = {1, 1, 1};
  options.sigmaScale = {1, 1, 1};
  const std::vector<int64_t> sizes = forEachAxis(roiSize, axes, "roi_size");
  const std::vector<double> overlap = forEachAxis(overlap_, axes, "overlap");
  const std::vector<double> sigmaScale = forEachAxis(sigmaScale_, axes, "sigma_scale");
  for (size_t axis = 0; axis < axes; ++axis) {
    options.roi[axis] = sizes[axis] > 0 ? sizes[axis] : image.size(static_cast<int64_t>(axis) + 1);
    options.overlap[axis] = overlap[axis];
    options.sigmaScale[axis] = sigmaScale[axis];
  }
  options.gaussian = gaussian_;
  options.batchSize = batchSize_;
  options.paddingMode = paddingMode_;
  options.paddingValue = paddingValue_;
  return options;
}

void SlidingWindowInferer::infer(const at::Tensor& image, const LedNetwork& network, LogitSink& sink,
                                 const JobContext& context) const {
  const PredictFunction predict = onWindows(network, image, name_);
  const BlendOptions options = optionsFor(roiSize_, image, static_cast<size_t>(network.spatialDims));
  blendWindows(image, options, predict, sink, context, name_);
}

void SlidingWindowInferer::checkFor(const Network& network) const {
  for (const int64_t size : roiSize_) {
    if (size <= 0 || size % network.divisor() == 0) continue;
    throw Error(ErrorCode::InvalidInput, name_ + ": roi_size " + std::to_string(size) +
                                             " is not one of the network's sizes, which are multiples of " +
                                             std::to_string(network.divisor()));
  }
}

std::unique_ptr<Inferer> makeSlidingWindowInferer(const Json& spec) {
  const Args args("SlidingWindowInferer", spec);
  auto inferer = std::make_unique<SlidingWindowInferer>(args);
  args.finish();
  return inferer;
}

}  // namespace mlabel
