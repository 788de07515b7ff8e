#include "networks/channel_norm.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <vector>

// The loops run over channels, which GCC makes vectors of for each generation of processors.
// Not under sanitizers: what chooses among them runs before these are ready.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__GLIBC__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define MLABEL_FOR_EACH_PROCESSOR __attribute__((target_clones("arch=skylake-avx512", "arch=haswell", "default")))
#else
#define MLABEL_FOR_EACH_PROCESSOR
#endif

namespace mlabel {
namespace {

/// Voxels that stay in the first cache while they are read twice, for the mean and for what differs from it.
constexpr int64_t chunkVoxels = 128;

/// Of `voxels` rows of `channels` values: the mean of each channel, and its sum of squared differences from it.
MLABEL_FOR_EACH_PROCESSOR
void momentsOf(const float* __restrict rows, int64_t voxels, int64_t channels, float* __restrict means,
               float* __restrict squares) {
  for (int64_t c = 0; c < channels; ++c) means[c] = squares[c] = 0;
  for (int64_t voxel = 0; voxel < voxels; ++voxel) {
    const float* row = rows + voxel * channels;
    for (int64_t c = 0; c < channels; ++c) means[c] += row[c];
  }
  const float share = 1.0f / static_cast<float>(voxels);
  for (int64_t c = 0; c < channels; ++c) means[c] *= share;
  for (int64_t voxel = 0; voxel < voxels; ++voxel) {
    const float* row = rows + voxel * channels;
    for (int64_t c = 0; c < channels; ++c) squares[c] += (row[c] - means[c]) * (row[c] - means[c]);
  }
}

MLABEL_FOR_EACH_PROCESSOR
void scaleAndActivate(float* __restrict rows, int64_t voxels, int64_t channels, const float* __restrict scale,
                      const float* __restrict shift, float slope) {
  for (int64_t voxel = 0; voxel < voxels; ++voxel) {
    float* row = rows + voxel * channels;
    for (int64_t c = 0; c < channels; ++c) {
      const float y = row[c] * scale[c] + shift[c];
      row[c] = y > 0 ? y : slope * y;
    }
  }
}

struct Moments {
  double count = 0;
  double mean = 0;
  double squares = 0;

  /// Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979).
  void add(const Moments& other) {
    const double both = count + other.count, apart = other.mean - mean;
    mean += apart * other.count / both;
    squares += other.squares + apart * apart * count * other.count / both;
    count = both;
  }
};

/// Of each channel of one image [voxels, channels].
std::vector<Moments> momentsOfChannels(const float* rows, int64_t voxels, int64_t channels) {
  const int64_t chunks = (voxels + chunkVoxels - 1) / chunkVoxels;
  std::vector<float> means(static_cast<size_t>(chunks * channels)), squares(means.size());
  const auto length = [&](int64_t chunk) { return std::min(chunkVoxels, voxels - chunk * chunkVoxels); };
  at::parallel_for(0, chunks, 8, [&](int64_t begin, int64_t end) {
    for (int64_t chunk = begin; chunk < end; ++chunk) {
      momentsOf(rows + chunk * chunkVoxels * channels, length(chunk), channels, &means[chunk * channels],
                &squares[chunk * channels]);
    }
  });
  std::vector<Moments> all(static_cast<size_t>(channels));
  for (int64_t chunk = 0; chunk < chunks; ++chunk) {
    for (int64_t c = 0; c < channels; ++c) {
      const auto at = static_cast<size_t>(chunk * channels + c);
      all[static_cast<size_t>(c)].add({static_cast<double>(length(chunk)), means[at], squares[at]});
    }
  }
  return all;
}

/// Channels that are normalised together, each by itself for instance norm.
int64_t groupsOf(const NormOptions& options, int64_t channels) {
  return options.kind == NormKind::Group ? options.groups : channels;
}

}  // namespace

void normaliseChannels(const at::Tensor& x, const Norm& norm, double slope) {
  const int64_t images = x.size(0), channels = x.size(1);
  const int64_t voxels = x.numel() / std::max<int64_t>(1, images * channels);
  if (x.numel() == 0) return;
  const int64_t together = channels / groupsOf(norm.options(), channels);
  const bool affine = norm.weight.defined();
  const at::Tensor weight = affine ? norm.weight.contiguous() : at::Tensor();
  const at::Tensor bias = affine ? norm.bias.contiguous() : at::Tensor();
  std::vector<float> scale(static_cast<size_t>(channels)), shift(scale.size());

  for (int64_t image = 0; image < images; ++image) {
    float* rows = x.mutable_data_ptr<float>() + image * voxels * channels;
    const std::vector<Moments> moments = momentsOfChannels(rows, voxels, channels);
    for (int64_t first = 0; first < channels; first += together) {
      Moments group;
      for (int64_t c = first; c < first + together; ++c) group.add(moments[static_cast<size_t>(c)]);
      const double inverse = 1 / std::sqrt(group.squares / group.count + norm.options().eps);
      for (int64_t c = first; c < first + together; ++c) {
        const double factor = affine ? inverse * weight.const_data_ptr<float>()[c] : inverse;
        const double offset = affine ? bias.const_data_ptr<float>()[c] : 0;
        scale[static_cast<size_t>(c)] = static_cast<float>(factor);
        shift[static_cast<size_t>(c)] = static_cast<float>(offset - group.mean * factor);
      }
    }
    at::parallel_for(0, voxels, 8 * chunkVoxels, [&](int64_t begin, int64_t end) {
      scaleAndActivate(rows + begin * channels, end - begin, channels, scale.data(), shift.data(),
                       static_cast<float>(slope));
    });
  }
}

}  // namespace mlabel
