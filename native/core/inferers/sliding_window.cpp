#include "inferers/sliding_window.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "inferers/importance.hpp"
#include "networks/network.hpp"
#include "runtime/main_memory.hpp"

namespace mlabel {
namespace {

using Position = std::vector<int64_t>;

/// One value for every axis, or one each. Throws InvalidInput.
template <class T>
std::vector<T> forEachAxis(const std::vector<T>& values, size_t axes, const char* name) {
  if (values.size() == 1) return std::vector<T>(axes, values[0]);
  if (values.size() == axes) return values;
  throw Error(ErrorCode::InvalidInput, "SlidingWindowInferer: " + std::string(name) + " has " +
                                           std::to_string(values.size()) + " values for an image of " +
                                           std::to_string(axes) + " axes");
}

/// Every combination of the starts, first axis slowest.
std::vector<Position> positions(const std::vector<std::vector<int64_t>>& starts) {
  std::vector<Position> all{{}};
  for (const std::vector<int64_t>& axisStarts : starts) {
    std::vector<Position> longer;
    for (const Position& position : all) {
      for (const int64_t start : axisStarts) {
        longer.push_back(position);
        longer.back().push_back(start);
      }
    }
    all = std::move(longer);
  }
  return all;
}

/// The spatial part of [C, …] that starts at `start`: a view.
at::Tensor box(at::Tensor volume, const Position& start, const std::vector<int64_t>& size) {
  for (size_t axis = 0; axis < size.size(); ++axis) {
    volume = volume.narrow(static_cast<int64_t>(axis) + 1, start[axis], size[axis]);
  }
  return volume;
}

/// How many windows cover each voxel of one axis.
at::Tensor coverage(const std::vector<int64_t>& starts, int64_t roi, int64_t size) {
  at::Tensor counts = at::zeros({size}, at::kFloat);
  for (const int64_t start : starts) counts.narrow(0, start, roi).add_(1);
  return counts;
}

/// Divides by the number of windows over each voxel: a product of one count for each axis, so no volume of counts is
/// needed. Multiplied before dividing, as small integers are exact in float32 and quotients are not.
void divideByCoverage(at::Tensor& sums, const std::vector<at::Tensor>& counts) {
  at::Tensor rest = at::ones({}, sums.options());
  for (size_t axis = 1; axis < counts.size(); ++axis) rest = rest.unsqueeze(-1) * counts[axis].to(sums.device());
  for (int64_t i = 0; i < sums.size(1); ++i) sums.select(1, i).div_(rest * counts[0][i].item<float>());
}

/// Zeros [classes, size…] whose classes lie together in memory where those of `logits` do: adding windows to them in
/// another layout costs an eighth of the whole inference.
at::Tensor zerosLaidOutLike(const at::Tensor& logits, const std::vector<int64_t>& size) {
  std::vector<int64_t> shape = size;
  const int64_t classes = logits.size(0);
  if (logits.device().is_cpu()) {
    const int64_t voxels = c10::multiply_integers(size);
    requireMemory(voxels * classes * 4,
                  "The logits of " + std::to_string(classes) + " classes for " + std::to_string(voxels) + " voxels");
  }
  if (logits.is_contiguous()) {
    shape.insert(shape.begin(), classes);
    return at::zeros(shape, logits.options());
  }
  shape.push_back(classes);
  return at::zeros(shape, logits.options()).movedim(-1, 0);
}

/// Adds the windows of one volume, in the order in which they come.
class Blend {
 public:
  Blend(std::vector<std::vector<int64_t>> starts, std::vector<int64_t> roi, std::vector<int64_t> size,
        at::Tensor weights)
      : starts_(std::move(starts)), roi_(std::move(roi)), size_(std::move(size)), weights_(std::move(weights)) {}

  /// `logits` is [classes, roi…]; changed in place.
  void add(at::Tensor logits, const Position& position) {
    if (!sums_.defined()) {
      sums_ = zerosLaidOutLike(logits, size_);
      weights_ = weights_.defined() ? weights_.to(logits.device()) : weights_;
    }
    if (weights_.defined()) logits.mul_(weights_);
    box(sums_, position, roi_).add_(logits);
  }

  at::Tensor result() {
    if (weights_.defined()) {
      at::Tensor total = at::zeros(size_, sums_.options()).unsqueeze(0);
      for (const Position& position : positions(starts_)) box(total, position, roi_).add_(weights_);
      sums_.div_(total);
    } else {
      std::vector<at::Tensor> counts;
      for (size_t axis = 0; axis < roi_.size(); ++axis) {
        counts.push_back(coverage(starts_[axis], roi_[axis], size_[axis]));
      }
      divideByCoverage(sums_, counts);
    }
    return sums_;
  }

 private:
  std::vector<std::vector<int64_t>> starts_;
  std::vector<int64_t> roi_;
  std::vector<int64_t> size_;
  at::Tensor weights_;
  at::Tensor sums_;
};

}  // namespace

SlidingWindowInferer::SlidingWindowInferer(const Json& spec) {
  const Args args("SlidingWindowInferer", spec);
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
  args.finish();
  for (const double overlap : overlap_) {
    if (!(overlap >= 0 && overlap < 1)) args.invalid("overlap", "must be at least 0 and below 1");
  }
  for (const double scale : sigmaScale_) {
    if (!(scale > 0)) args.invalid("sigma_scale", "must be above 0");
  }
  if (batchSize_ < 1) args.invalid("sw_batch_size", "must be at least 1");
}

void SlidingWindowInferer::checkFor(const Network& network) const {
  for (const int64_t size : roiSize_) {
    if (size <= 0 || size % network.divisor() == 0) continue;
    throw Error(ErrorCode::InvalidInput, "SlidingWindowInferer: roi_size " + std::to_string(size) +
                                             " is not one of the network's sizes, which are multiples of " +
                                             std::to_string(network.divisor()));
  }
}

std::vector<int64_t> SlidingWindowInferer::windowSize(at::IntArrayRef imageSize) const {
  std::vector<int64_t> roi = forEachAxis(roiSize_, imageSize.size(), "roi_size");
  for (size_t axis = 0; axis < roi.size(); ++axis) {
    if (roi[axis] <= 0) roi[axis] = imageSize[axis];
  }
  return roi;
}

at::Tensor SlidingWindowInferer::infer(const at::Tensor& image, const PredictFunction& predict,
                                       const JobContext& context) const {
  const at::IntArrayRef imageSize = image.sizes().slice(1);
  const size_t axes = imageSize.size();
  const std::vector<int64_t> roi = windowSize(imageSize);
  const std::vector<double> overlap = forEachAxis(overlap_, axes, "overlap");

  // at::pad takes the last axis first; the smaller half goes before the image.
  std::vector<int64_t> padding;
  Position inside(axes);
  for (size_t axis = axes; axis-- > 0;) {
    const int64_t missing = std::max<int64_t>(roi[axis] - imageSize[axis], 0);
    inside[axis] = missing / 2;
    padding.insert(padding.end(), {missing / 2, missing - missing / 2});
  }
  const bool padded = std::any_of(padding.begin(), padding.end(), [](int64_t width) { return width > 0; });
  const auto fill = paddingMode_ == "constant" ? std::optional<double>(paddingValue_) : std::nullopt;
  const at::Tensor volume = padded ? at::pad(image.unsqueeze(0), padding, paddingMode_, fill)[0] : image;

  const std::vector<int64_t> size = volume.sizes().slice(1).vec();
  std::vector<std::vector<int64_t>> starts;
  for (size_t axis = 0; axis < axes; ++axis) starts.push_back(windowStarts(size[axis], roi[axis], overlap[axis]));
  const std::vector<Position> windows = positions(starts);
  Blend blend(starts, roi, size,
              gaussian_ ? gaussianImportance(roi, forEachAxis(sigmaScale_, axes, "sigma_scale")) : at::Tensor());

  for (size_t first = 0; first < windows.size(); first += static_cast<size_t>(batchSize_)) {
    context.check();
    const size_t last = std::min(windows.size(), first + static_cast<size_t>(batchSize_));
    std::vector<at::Tensor> batch;
    for (size_t window = first; window < last; ++window) batch.push_back(box(volume, windows[window], roi));
    const at::Tensor logits = predict(at::stack(batch));
    if (logits.dim() != image.dim() + 1 || logits.sizes().slice(2) != at::IntArrayRef(roi)) {
      throw Error(ErrorCode::Unsupported, "SlidingWindowInferer: the network changes the size of a window");
    }
    for (size_t window = first; window < last; ++window) {
      blend.add(logits[static_cast<int64_t>(window - first)], windows[window]);
    }
    context.report({{"stage", "infer"}, {"done", static_cast<double>(last) / static_cast<double>(windows.size())}});
  }
  const at::Tensor result = blend.result();
  return padded ? box(result, inside, imageSize.vec()) : result;
}

}  // namespace mlabel
