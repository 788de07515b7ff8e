#include "transforms/resample.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

#include "runtime/main_memory.hpp"

namespace mlabel {
namespace {

/// MONAI's AFFINE_TOL, with numpy's relative part.
bool close(const Affine& a, const Affine& b) {
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 4; ++column) {
      if (!(std::abs(a(row, column) - b(row, column)) <= 1e-3 + 1e-5 * std::abs(b(row, column)))) return false;
    }
  }
  return true;
}

/// True when every axis of `to` runs along the same axis of `from`, to a millionth of a voxel at the far end.
bool diagonal(const Affine& indexMap, const Shape3& shape) {
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      const double drift = std::abs(indexMap(row, column)) * static_cast<double>(shape[column]);
      if (row != column && !(drift < 1e-6)) return false;
    }
  }
  return true;
}

/// A stretch of output rows whose sources span few input rows.
struct Tile {
  int64_t begin;
  int64_t end;
  int64_t sourceBegin;
  int64_t sourceEnd;
};

/// The sources of one tile in k-contiguous order: what one core works on while it stays in its cache.
struct TileBuffer {
  std::vector<float> values;
  std::vector<double> row;
};

std::vector<Tile> tiles(std::span<const int64_t> low, std::span<const int64_t> high, int64_t span) {
  std::vector<Tile> result;
  const auto count = static_cast<int64_t>(low.size());
  for (int64_t begin = 0; begin < count;) {
    int64_t first = low[begin];
    int64_t last = high[begin];
    int64_t end = begin + 1;
    for (; end < count; ++end) {
      const int64_t lower = std::min(first, low[end]);
      const int64_t upper = std::max(last, high[end]);
      if (upper - lower >= span) break;
      first = lower;
      last = upper;
    }
    result.push_back({begin, end, first, last + 1});
    begin = end;
  }
  return result;
}

/// row[k] = the mean of four source rows, in double.
void mixRows(const std::array<const float*, 4>& rows, const std::array<double, 4>& weights, int64_t count,
             double* row) {
  // A weight of zero must not let a NaN or an infinity of a neighbour in.
  for (int64_t k = 0; k < count; ++k) row[k] = weights[0] * static_cast<double>(rows[0][k]);
  for (int source = 1; source < 4; ++source) {
    const double weight = weights[source];
    const float* values = rows[source];
    if (weight == 0) continue;
    for (int64_t k = 0; k < count; ++k) row[k] += weight * static_cast<double>(values[k]);
  }
}

}  // namespace

Resampler::Resampler(const Grid& from, const Grid& to, Interpolation mode) : from_(from), to_(to), mode_(mode) {
  if (std::any_of(from.shape.begin(), from.shape.end(), [](int64_t size) { return size < 1; })) {
    throw Error(ErrorCode::InvalidInput, "an image without voxels cannot be resampled");
  }
  from.affine.inverse();  // refuses a singular affine
  indexMap_ = toAffine(at::linalg_solve(toTensor(from.affine), toTensor(to.affine)));
  identity_ = from.shape == to.shape && (close(from.affine, to.affine) || close(indexMap_, Affine{}));
  separable_ = diagonal(indexMap_, to.shape);
  if (identity_ || !separable_) return;
  for (int axis = 0; axis < 3; ++axis) samples_[axis] = axisSamples(axis);
}

/// The coordinates of affine_grid and grid_sample, rounding by rounding: with "nearest" many lie on a tie, and which
/// way each falls is decided by the last bit.
AxisSamples Resampler::axisSamples(int axis) const {
  const int64_t size = from_.shape[axis];
  const int64_t count = to_.shape[axis];
  const auto normalise = [axis](const Shape3& shape) {
    auto matrix = at::eye(4, at::kDouble);
    for (int a = 0; a < 3; ++a) {
      matrix[a][a] = 2.0 / static_cast<double>(shape[a]);
      matrix[a][3] = 1.0 / static_cast<double>(shape[a]) - 1.0;
    }
    return matrix;
  };
  const auto theta =
      at::matmul(at::matmul(normalise(from_.shape), toTensor(indexMap_)), at::linalg_inv(normalise(to_.shape)));
  const double scale = theta[axis][axis].item<double>();
  const double shift = theta[axis][3].item<double>();
  const auto steps =
      count > 1 ? at::linspace(-1, 1, count, at::kDouble) * (count - 1) / count : at::zeros({1}, at::kDouble);
  const double* step = steps.const_data_ptr<double>();

  AxisSamples samples;
  for (int64_t x = 0; x < count; ++x) {
    const double scaled = step[x] * scale;
    const double position = ((scaled + shift + 1) * static_cast<double>(size) - 1) / 2;
    const double inside = std::clamp(position, 0.0, static_cast<double>(size - 1));
    const double low = mode_ == Interpolation::Nearest ? std::nearbyint(inside) : std::floor(inside);
    samples.low.push_back(static_cast<int64_t>(low));
    samples.weight.push_back(mode_ == Interpolation::Nearest ? 0.0 : inside - low);
    samples.high.push_back(samples.weight.back() == 0 ? samples.low.back() : samples.low.back() + 1);
  }
  return samples;
}

at::Tensor Resampler::apply(const at::Tensor& data, const JobContext& context) const {
  return identity_ ? data.to(at::kFloat) : applyRegion(data, {0, 0, 0}, to_.shape, context);
}

at::Tensor Resampler::applyRegion(const at::Tensor& data, const Shape3& begin, const Shape3& size,
                                  const JobContext& context) const {
  if (identity_) {
    return data.narrow(1, begin[0], size[0]).narrow(2, begin[1], size[1]).narrow(3, begin[2], size[2]).to(at::kFloat);
  }
  const std::string shape = std::to_string(size[0]) + "×" + std::to_string(size[1]) + "×" + std::to_string(size[2]);
  requireMemory(data.size(0) * size[0] * size[1] * size[2] * 4, "The volume, resampled to " + shape + " voxels,");
  auto out = at::empty({data.size(0), size[0], size[1], size[2]}, at::kFloat);
  const auto source = data.to(at::kFloat);
  if (separable_) {
    separable(source, begin, out, context);
  } else {
    general(source, begin, out, context);
  }
  return out;
}

void Resampler::separable(const at::Tensor& data, const Shape3& begin, at::Tensor& out,
                          const JobContext& context) const {
  const Shape3 size = spatialShape(out);
  const auto part = [&](const auto& values, int axis) {
    return std::span(values).subspan(static_cast<size_t>(begin[axis]), static_cast<size_t>(size[axis]));
  };
  const auto lowI = part(samples_[0].low, 0), highI = part(samples_[0].high, 0);
  const auto lowJ = part(samples_[1].low, 1), highJ = part(samples_[1].high, 1);
  const auto lowK = part(samples_[2].low, 2), highK = part(samples_[2].high, 2);
  const auto weightI = part(samples_[0].weight, 0), weightJ = part(samples_[1].weight, 1),
             weightK = part(samples_[2].weight, 2);
  if (out.numel() == 0) return;

  const int64_t firstK = std::min(lowK.front(), lowK.back());
  const int64_t depth = std::max(highK.front(), highK.back()) + 1 - firstK;
  const auto tilesI = tiles(lowI, highI, 48);
  const auto tilesJ = tiles(lowJ, highJ, 16);
  const auto tileCount = static_cast<int64_t>(tilesI.size() * tilesJ.size());

  for (int64_t channel = 0; channel < data.size(0); ++channel) {
    const auto volume = data.select(0, channel);
    const float* input = volume.const_data_ptr<float>();
    const int64_t strideI = volume.stride(0), strideJ = volume.stride(1), strideK = volume.stride(2);
    float* output = out.select(0, channel).mutable_data_ptr<float>();

    at::parallel_for(0, tileCount, 1, [&](int64_t firstTile, int64_t lastTile) {
      TileBuffer buffer;
      buffer.row.resize(static_cast<size_t>(depth));
      for (int64_t index = firstTile; index < lastTile; ++index) {
        context.check();
        const Tile& rows = tilesI[static_cast<size_t>(index) / tilesJ.size()];
        const Tile& columns = tilesJ[static_cast<size_t>(index) % tilesJ.size()];
        const int64_t height = rows.sourceEnd - rows.sourceBegin;
        const int64_t width = columns.sourceEnd - columns.sourceBegin;
        buffer.values.resize(static_cast<size_t>(height * width * depth));
        for (int64_t j = 0; j < width; ++j) {
          for (int64_t k = 0; k < depth; ++k) {
            const float* line =
                input + rows.sourceBegin * strideI + (columns.sourceBegin + j) * strideJ + (firstK + k) * strideK;
            float* target = buffer.values.data() + j * depth + k;
            for (int64_t i = 0; i < height; ++i) target[i * width * depth] = line[i * strideI];
          }
        }
        const auto source = [&](int64_t i, int64_t j) {
          return buffer.values.data() + ((i - rows.sourceBegin) * width + (j - columns.sourceBegin)) * depth;
        };
        for (int64_t i = rows.begin; i < rows.end; ++i) {
          for (int64_t j = columns.begin; j < columns.end; ++j) {
            const double u = weightI[i], v = weightJ[j];
            mixRows({source(lowI[i], lowJ[j]), source(lowI[i], highJ[j]), source(highI[i], lowJ[j]),
                     source(highI[i], highJ[j])},
                    {(1 - u) * (1 - v), (1 - u) * v, u * (1 - v), u * v}, depth, buffer.row.data());
            const double* row = buffer.row.data() - firstK;
            float* result = output + (i * size[1] + j) * size[2];
            for (int64_t k = 0; k < size[2]; ++k) {
              const double w = weightK[k];
              result[k] = static_cast<float>(w == 0 ? row[lowK[k]] : (1 - w) * row[lowK[k]] + w * row[highK[k]]);
            }
          }
        }
      }
    });
  }
}

void Resampler::general(const at::Tensor& data, const Shape3& begin, at::Tensor& out, const JobContext& context) const {
  const Shape3 size = spatialShape(out);
  const Shape3& limit = from_.shape;
  const int64_t channels = data.size(0);
  at::parallel_for(0, size[0] * size[1], 16, [&](int64_t first, int64_t last) {
    for (int64_t line = first; line < last; ++line) {
      context.check();
      const int64_t i = line / size[1];
      const int64_t j = line % size[1];
      for (int64_t k = 0; k < size[2]; ++k) {
        const Vector3 position = indexMap_.apply(
            {static_cast<double>(begin[0] + i), static_cast<double>(begin[1] + j), static_cast<double>(begin[2] + k)});
        Shape3 low, step;
        Vector3 weight;
        int64_t offset = 0;
        for (int axis = 0; axis < 3; ++axis) {
          const double inside = std::clamp(position[axis], 0.0, static_cast<double>(limit[axis] - 1));
          const double floor = mode_ == Interpolation::Nearest ? std::nearbyint(inside) : std::floor(inside);
          low[axis] = static_cast<int64_t>(floor);
          weight[axis] = mode_ == Interpolation::Nearest ? 0.0 : inside - floor;
          step[axis] = data.stride(axis + 1);
          offset += low[axis] * step[axis];
        }
        for (int64_t channel = 0; channel < channels; ++channel) {
          const float* corner = data.const_data_ptr<float>() + channel * data.stride(0) + offset;
          double sum = 0;
          for (int neighbour = 0; neighbour < 8; ++neighbour) {
            double share = 1;
            int64_t shift = 0;
            for (int axis = 0; axis < 3; ++axis) {
              const bool upper = (neighbour >> axis & 1) != 0;
              share *= upper ? weight[axis] : 1 - weight[axis];
              shift += upper ? step[axis] : 0;
            }
            if (share != 0) sum += share * static_cast<double>(corner[shift]);
          }
          out.mutable_data_ptr<float>()[(channel * size[0] * size[1] + line) * size[2] + k] = static_cast<float>(sum);
        }
      }
    }
  });
}

}  // namespace mlabel
