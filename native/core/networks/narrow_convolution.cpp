#include "networks/narrow_convolution.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cstring>

#include "networks/narrow_kernels.hpp"

namespace mlabel {
namespace {

constexpr int64_t mostChannels = 8;
constexpr int64_t taps = 27;

bool allAre(const std::vector<int64_t>& values, int64_t value) {
  return values.size() == 3 && std::all_of(values.begin(), values.end(), [value](int64_t v) { return v == value; });
}

int64_t wholeTiles(int64_t columns) { return (columns + tileColumns - 1) / tileColumns * tileColumns; }

/// weight [in, out, kd, kh, kw] as rows of products: what lands on one output row lies together, the taps of the
/// even and the odd place before that of the place before.
std::vector<float> tapRows(const at::Tensor& weight) {
  const at::Tensor order = at::tensor({1, 2, 0}, at::kLong);
  const at::Tensor rows = weight.permute({0, 2, 3, 4, 1}).index_select(3, order).contiguous();
  const int64_t columns = rows[0].numel(), padded = wholeTiles(columns);
  std::vector<float> result(static_cast<size_t>(rows.size(0) * padded), 0);
  for (int64_t channel = 0; channel < rows.size(0); ++channel) {
    std::copy_n(rows.const_data_ptr<float>() + channel * columns, columns, result.data() + channel * padded);
  }
  return result;
}

std::vector<float> values(const at::Tensor& tensor) {
  const at::Tensor dense = tensor.contiguous();
  return {dense.const_data_ptr<float>(), dense.const_data_ptr<float>() + dense.numel()};
}

/// A plane of sums [2H, 2W, channels] of an upsampled image.
class PlaneSums {
 public:
  PlaneSums(int64_t height, int64_t width, const std::vector<float>& bias)
      : height_(height), width_(width), channels_(static_cast<int64_t>(bias.size())), bias_(&bias) {
    sums_.resize(static_cast<size_t>(height * width * channels_));
    clear();
  }

  void clear() {
    for (size_t i = 0; i < sums_.size(); i += bias_->size()) std::copy(bias_->begin(), bias_->end(), sums_.begin() + i);
  }

  /// `products` [W / 2, stride] of source row `h` with the nine taps of one kd.
  void add(const float* products, int64_t stride, int64_t h) {
    const int64_t rowTaps = 3 * channels_;
    for (int64_t kh = 0; kh < 3; ++kh) {
      const int64_t y = 2 * h + kh - 1;
      if (y < 0) continue;
      narrowKernels().addUpsampledRow(products + kh * rowTaps, stride, width_ / 2, channels_,
                                      sums_.data() + y * width_ * channels_);
    }
  }

  /// The activated planes, `channelStride` apart; then starts anew.
  void flush(float slope, float* out, int64_t channelStride) {
    narrowKernels().activateToPlanar(sums_.data(), height_ * width_, channels_, slope, out, channelStride);
    clear();
  }

 private:
  int64_t height_, width_, channels_;
  const std::vector<float>* bias_;
  std::vector<float> sums_;
};

}  // namespace

bool NarrowConvolution::fits(const ConvolutionOptions& options) {
  if (!allAre(options.kernel, 3) || !allAre(options.padding, 1) || options.outChannels > mostChannels) return false;
  return options.transposed ? allAre(options.stride, 2)
                            : allAre(options.stride, 1) && options.inChannels <= mostChannels;
}

NarrowConvolution::NarrowConvolution(const ConvolutionOptions& options, const at::Tensor& weight,
                                     const at::Tensor& bias, std::optional<double> slope)
    : transposed_(options.transposed),
      weight_(transposed_ ? tapRows(weight) : values(weight)),
      bias_(bias.defined() ? values(bias) : std::vector<float>(static_cast<size_t>(options.outChannels), 0)),
      slope_(static_cast<float>(slope.value_or(1))) {}

at::Tensor NarrowConvolution::run(const at::Tensor& input) const {
  return transposed_ ? upsample(input.contiguous(at::MemoryFormat::ChannelsLast3d))
                     : convolve(input.to(at::kFloat).contiguous());
}

/// Each voxel times all taps is a row of products; they are added up where they land, planes of a thread in order.
at::Tensor NarrowConvolution::upsample(const at::Tensor& input) const {
  const int64_t batch = input.size(0), inputs = input.size(1), depth = input.size(2), height = input.size(3),
                width = input.size(4);
  const auto channels = static_cast<int64_t>(bias_.size());
  const int64_t columns = wholeTiles(taps * channels), planeTaps = 9 * channels;
  const int64_t plane = 4 * height * width, volume = 2 * depth * plane;
  const at::Tensor planes = input.permute({0, 2, 3, 4, 1}).reshape({batch * depth, height, width * inputs});
  at::Tensor result = at::empty({batch, channels, 2 * depth, 2 * height, 2 * width}, at::kFloat);
  float* out = result.mutable_data_ptr<float>();

  at::parallel_for(0, batch * depth, 1, [&](int64_t begin, int64_t end) {
    const c10::InferenceMode guard;  // each thread has its own
    std::vector<float> products(static_cast<size_t>(width * columns));
    PlaneSums even(2 * height, 2 * width, bias_), odd = even, oddBefore = even;
    for (int64_t index = begin; index <= end; ++index) {
      const int64_t d = index % depth;
      const auto at = [&](int64_t of, int64_t z) { return out + of / depth * channels * volume + z * plane; };
      const bool joined = index > begin && d > 0;  // with the plane before it, which this thread has
      if (index < end || joined) {
        const at::Tensor source = planes[index].to(at::kFloat);
        const float* rows = source.const_data_ptr<float>();
        for (int64_t h = 0; h < height; ++h) {
          narrowKernels().multiplyRow(rows + h * width * inputs, width, inputs, weight_.data(), columns,
                                      products.data());
          if (joined) oddBefore.add(products.data(), columns, h);
          if (index == end) continue;
          even.add(products.data() + planeTaps, columns, h);
          odd.add(products.data() + 2 * planeTaps, columns, h);
        }
      }
      if (index > begin) oddBefore.flush(slope_, at(index - 1, 2 * ((index - 1) % depth) + 1), volume);
      if (index == end) break;
      even.flush(slope_, at(index, 2 * d), volume);
      std::swap(odd, oddBefore);
    }
  });
  return result;
}

at::Tensor NarrowConvolution::convolve(const at::Tensor& input) const {
  const int64_t batch = input.size(0), inputs = input.size(1), depth = input.size(2), height = input.size(3),
                width = input.size(4);
  const auto channels = static_cast<int64_t>(bias_.size());
  const int64_t plane = height * width;
  at::Tensor result = at::empty({batch, channels, depth, height, width}, at::kFloat);
  const float* in = input.const_data_ptr<float>();
  float* out = result.mutable_data_ptr<float>();

  at::parallel_for(0, batch * depth, 1, [&](int64_t begin, int64_t end) {
    std::vector<RowTaps> rows;
    for (int64_t index = begin; index < end; ++index) {
      const int64_t image = index / depth, d = index % depth;
      for (int64_t h = 0; h < height; ++h) {
        rows.clear();
        for (int64_t tap = 0; tap < 9 * inputs; ++tap) {
          const int64_t z = d + tap / 3 % 3 - 1, y = h + tap % 3 - 1;
          if (z < 0 || z >= depth || y < 0 || y >= height) continue;
          rows.push_back({in + ((image * inputs + tap / 9) * depth + z) * plane + y * width, weight_.data() + 3 * tap});
        }
        narrowKernels().convolveRow(rows.data(), static_cast<int64_t>(rows.size()), width, channels, 3 * 9 * inputs,
                                    bias_.data(), slope_, out + (image * channels * depth + d) * plane + h * width,
                                    depth * plane);
      }
    }
  });
  return result;
}

}  // namespace mlabel
