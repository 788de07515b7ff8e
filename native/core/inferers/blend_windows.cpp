#include "inferers/blend_windows.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "inferers/importance.hpp"
#include "inferers/open_sums.hpp"
#include "transforms/grid.hpp"

namespace mlabel {
namespace {

using WindowIndex = std::array<size_t, 3>;

class Blender {
 public:
  Blender(const at::Tensor& image, const BlendOptions& options, const PredictFunction& predict, LogitSink& sink,
          const JobContext& context, const std::string& who)
      : options_(options), predict_(predict), sink_(sink), context_(context), who_(who) {
    pad(image);
    windows_.roi = options.roi;
    for (int axis = 0; axis < 3; ++axis) {
      windows_.starts[axis] = windowStarts(volume_.size(axis + 1), options.roi[axis], options.overlap[axis]);
    }
    weights_ = options.gaussian ? gaussianImportance({options.roi.begin(), options.roi.end()},
                                                     {options.sigmaScale.begin(), options.sigmaScale.end()})
                                : at::ones(options.roi);
    weights_ = weights_.unsqueeze(0);
  }

  void run() {
    total_ = countWindows(stepsWithin(windows_, inside_));
    lead(inside_);
  }

 private:
  /// Images smaller than a window are padded; the smaller half goes before them.
  void pad(const at::Tensor& image) {
    std::vector<int64_t> padding;  // at::pad takes the last axis first
    for (int axis = 2; axis >= 0; --axis) {
      const int64_t size = image.size(axis + 1);
      const int64_t missing = std::max<int64_t>(options_.roi[axis] - size, 0);
      inside_.begin[axis] = missing / 2;
      inside_.end[axis] = missing / 2 + size;
      padding.insert(padding.end(), {missing / 2, missing - missing / 2});
    }
    const bool padded = std::any_of(padding.begin(), padding.end(), [](int64_t width) { return width > 0; });
    const auto fill = options_.paddingMode == "constant" ? std::optional<double>(options_.paddingValue) : std::nullopt;
    volume_ = padded ? at::pad(image.unsqueeze(0), padding, options_.paddingMode, fill)[0] : image;
  }

  void lead(const Box& band) {
    const WindowSteps steps = stepsWithin(windows_, band);
    std::vector<WindowIndex> windows;
    for (size_t i = 0; i < steps[0].size(); ++i) {
      for (size_t j = 0; j < steps[1].size(); ++j) {
        for (size_t k = 0; k < steps[2].size(); ++k) windows.push_back({i, j, k});
      }
    }
    OpenSums sums(steps, band), weightSums(steps, band);
    for (size_t first = 0; first < windows.size(); first += static_cast<size_t>(options_.batchSize)) {
      context_.check();
      const size_t last = std::min(windows.size(), first + static_cast<size_t>(options_.batchSize));
      at::Tensor logits = predictBatch(steps, {windows.begin() + first, windows.begin() + last});
      // How many classes there are shows only now. Bands need no bands themselves.
      if (first == 0) {
        const auto bands = bandsWithin(windows_, band, logits.size(1) + 1, options_.mostOpen);
        if (bands.size() > 1) {
          logits.reset();  // as large as an open sum
          return leadThrough(bands);
        }
        weights_ = weights_.to(logits.device());
      }
      for (size_t window = first; window < last; ++window) {
        at::Tensor values = logits[static_cast<int64_t>(window - first)];
        if (options_.gaussian) values.mul_(weights_);
        at::Tensor box = sums.add(values, windows[window]);
        const at::Tensor weight = weightSums.add(weights_, windows[window]);
        if (box.numel() == 0) continue;
        box.div_(weight);
        give(std::move(box), steps, windows[window]);
      }
      done_ += static_cast<int64_t>(last - first);
      context_.report({{"stage", "infer"}, {"done", static_cast<double>(done_) / static_cast<double>(total_)}});
    }
  }

  void leadThrough(const std::vector<Box>& bands) {
    total_ = 0;
    for (const Box& band : bands) total_ += countWindows(stepsWithin(windows_, band));
    for (const Box& band : bands) lead(band);
  }

  at::Tensor predictBatch(const WindowSteps& steps, const std::vector<WindowIndex>& windows) const {
    std::vector<at::Tensor> batch;
    for (const WindowIndex& window : windows) {
      at::Tensor part = volume_;
      for (int axis = 0; axis < 3; ++axis) {
        part = part.narrow(axis + 1, steps[axis][window[axis]].start, options_.roi[axis]);
      }
      batch.push_back(part);
    }
    at::Tensor logits = predict_(at::stack(batch));
    if (logits.dim() != 5 || logits.sizes().slice(2) != at::IntArrayRef(options_.roi)) {
      throw Error(ErrorCode::Unsupported, who_ + ": the network changes the size of a window");
    }
    return logits;
  }

  void give(at::Tensor logits, const WindowSteps& steps, const WindowIndex& window) {
    Shape3 begin{};
    for (int axis = 0; axis < 3; ++axis) begin[axis] = steps[axis][window[axis]].begin - inside_.begin[axis];
    sink_.take(std::move(logits), begin, context_);
  }

  const BlendOptions& options_;
  const PredictFunction& predict_;
  LogitSink& sink_;
  const JobContext& context_;
  const std::string& who_;
  /// The image, padded; where it lies inside.
  at::Tensor volume_;
  Box inside_;
  WindowGrid windows_;
  at::Tensor weights_;
  int64_t done_ = 0;
  int64_t total_ = 0;
};

}  // namespace

void blendWindows(const at::Tensor& image, const BlendOptions& options, const PredictFunction& predict, LogitSink& sink,
                  const JobContext& context, const std::string& who) {
  Blender(image, options, predict, sink, context, who).run();
}

}  // namespace mlabel
