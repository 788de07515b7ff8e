#include "inferers/separable_argmax.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <vector>

namespace mlabel {
namespace {

/// Where the samples of one axis lie, in the types that vectorise.
struct AxisMix {
  int64_t size = 0;
  std::vector<int32_t> low;
  std::vector<int32_t> high;
  std::vector<float> weight;

  AxisMix() = default;
  AxisMix(int64_t sourceSize, const AxisSamples& samples)
      : size(sourceSize),
        low(samples.low.begin(), samples.low.end()),
        high(samples.high.begin(), samples.high.end()),
        weight(samples.weight.begin(), samples.weight.end()) {}
  int64_t count() const { return static_cast<int64_t>(low.size()); }
};

inline float mix(float low, float high, float weight) { return low + weight * (high - low); }

/// One thread's planes: the logits of one class between two source planes, a line of it, and the best so far.
struct Scratch {
  std::vector<float> plane;
  std::vector<float> line;
  std::vector<float> best;
};

/// Works through slabs of one target axis. In a slab, `plane` is [row axis][last axis] of the source; the target's lines
/// run along whichever of the two lies together in the memory of the labels.
template <class Label>
class Slabs {
 public:
  Slabs(const at::Tensor& logits, const std::array<AxisSamples, 3>& samples, const at::Tensor& labels)
      : logits_(logits.const_data_ptr<float>()), classes_(logits.size(0)), labels_(labels.mutable_data_ptr<Label>()) {
    slab_ = labels.stride(1) == 1 ? 1 : 0;
    row_ = 1 - slab_;
    alongRows_ = labels.stride(row_ + 1) == 1;
    for (int axis = 0; axis < 3; ++axis) {
      axes_[axis] = AxisMix(logits.size(axis + 1), samples[axis]);
      logitStride_[axis] = logits.stride(axis + 1);
      labelStride_[axis] = labels.stride(axis + 1);
    }
    classStride_ = logits.stride(0);
  }

  int64_t count() const { return axes_[slab_].count(); }

  void run(int64_t index, Scratch& scratch) const {
    const AxisMix& fast = axes_[alongRows_ ? row_ : 2];
    const int outerAxis = alongRows_ ? 2 : row_;
    const int64_t fastStride = labelStride_[alongRows_ ? row_ : 2];
    const int64_t outerCount = axes_[outerAxis].count();
    Label* slab = labels_ + index * labelStride_[slab_];
    scratch.plane.resize(static_cast<size_t>(axes_[row_].size * axes_[2].size));
    scratch.line.resize(static_cast<size_t>(fast.size));

    // With two classes only the sign of their difference matters.
    const bool binary = classes_ == 2;
    if (!binary) scratch.best.resize(static_cast<size_t>(outerCount * fast.count()));
    for (int64_t label = binary ? 1 : 0; label < classes_; ++label) {
      mixPlane(index, label, binary, scratch.plane.data());
      for (int64_t outer = 0; outer < outerCount; ++outer) {
        mixLine(outer, scratch.plane.data(), scratch.line.data());
        Label* target = slab + outer * labelStride_[outerAxis];
        if (binary) {
          signs(fast, scratch.line.data(), target, fastStride);
        } else {
          float* best = scratch.best.data() + outer * fast.count();
          larger(fast, scratch.line.data(), best, static_cast<Label>(label), target, fastStride);
        }
      }
    }
  }

 private:
  /// The source plane of one class at a target slab; in the binary case less that of class 0.
  void mixPlane(int64_t index, int64_t label, bool binary, float* plane) const {
    const AxisMix& axis = axes_[slab_];
    const float weight = axis.weight[index];
    const int64_t low = axis.low[index] * logitStride_[slab_], high = axis.high[index] * logitStride_[slab_];
    const int64_t width = axes_[2].size, step = logitStride_[2];
    for (int64_t row = 0; row < axes_[row_].size; ++row) {
      const float* values = logits_ + label * classStride_ + row * logitStride_[row_];
      float* out = plane + row * width;
      if (binary) {
        const float* other = values - classStride_;
        for (int64_t k = 0; k < width; ++k) {
          const int64_t a = low + k * step, b = high + k * step;
          out[k] = mix(values[a] - other[a], values[b] - other[b], weight);
        }
      } else {
        for (int64_t k = 0; k < width; ++k) out[k] = mix(values[low + k * step], values[high + k * step], weight);
      }
    }
  }

  void mixLine(int64_t outer, const float* plane, float* line) const {
    const int64_t width = axes_[2].size;
    const AxisMix& axis = axes_[alongRows_ ? 2 : row_];
    const float weight = axis.weight[outer];
    const int64_t step = alongRows_ ? width : 1;
    const float* low = plane + axis.low[outer] * (alongRows_ ? 1 : width);
    const float* high = plane + axis.high[outer] * (alongRows_ ? 1 : width);
    const int64_t size = axes_[alongRows_ ? row_ : 2].size;
    for (int64_t i = 0; i < size; ++i) line[i] = mix(low[i * step], high[i * step], weight);
  }

  static void signs(const AxisMix& axis, const float* line, Label* target, int64_t stride) {
    const int32_t* low = axis.low.data();
    const int32_t* high = axis.high.data();
    const float* weight = axis.weight.data();
    for (int64_t i = 0; i < axis.count(); ++i) target[i * stride] = mix(line[low[i]], line[high[i]], weight[i]) > 0;
  }

  static void larger(const AxisMix& axis, const float* line, float* best, Label label, Label* target, int64_t stride) {
    for (int64_t i = 0; i < axis.count(); ++i) {
      const float value = mix(line[axis.low[i]], line[axis.high[i]], axis.weight[i]);
      if (label == 0 || value > best[i]) {
        best[i] = value;
        target[i * stride] = label;
      }
    }
  }

  const float* logits_;
  int64_t classes_;
  Label* labels_;
  int slab_;
  int row_;
  bool alongRows_;
  std::array<AxisMix, 3> axes_;
  std::array<int64_t, 3> logitStride_{};
  std::array<int64_t, 3> labelStride_{};
  int64_t classStride_;
};

template <class Label>
void runSlabs(const at::Tensor& logits, const std::array<AxisSamples, 3>& samples, const at::Tensor& labels,
              const JobContext& context) {
  const Slabs<Label> slabs(logits, samples, labels);
  at::parallel_for(0, slabs.count(), 1, [&](int64_t begin, int64_t end) {
    Scratch scratch;
    for (int64_t index = begin; index < end; ++index) {
      context.check();
      slabs.run(index, scratch);
    }
  });
}

}  // namespace

void separableArgmax(const at::Tensor& logits, const std::array<AxisSamples, 3>& samples, const at::Tensor& labels,
                     const JobContext& context) {
  if (labels.scalar_type() == at::kByte) {
    runSlabs<uint8_t>(logits, samples, labels, context);
  } else {
    runSlabs<int16_t>(logits, samples, labels, context);
  }
}

}  // namespace mlabel
