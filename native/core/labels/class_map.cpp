#include "labels/class_map.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>

namespace mlabel {
namespace {

/// Voxels whose best class so far is kept in the nearest cache.
constexpr int64_t blockVoxels = 2048;

/// Whether a later class takes a voxel from the best so far.
inline bool wins(float candidate, float best) { return !(candidate <= best) && best == best; }

/// One plane a class.
template <class Logit, class Class>
void mapPlanes(const Logit* logits, int64_t classes, int64_t voxels, Class* map) {
  at::parallel_for(0, voxels, blockVoxels, [&](int64_t begin, int64_t end) {
    std::array<float, blockVoxels> best{};
    // As wide as a float, so that the compiler can compare and choose several voxels at once.
    std::array<int32_t, blockVoxels> winner{};
    for (int64_t start = begin; start < end; start += blockVoxels) {
      const int64_t count = std::min(blockVoxels, end - start);
      const Logit* plane = logits + start;
      for (int64_t i = 0; i < count; ++i) {
        best[i] = static_cast<float>(plane[i]);
        winner[i] = 0;
      }
      for (int64_t c = 1; c < classes; ++c) {
        plane += voxels;
        for (int64_t i = 0; i < count; ++i) {
          const auto candidate = static_cast<float>(plane[i]);
          const bool better = wins(candidate, best[i]);
          best[i] = better ? candidate : best[i];
          winner[i] = better ? static_cast<int32_t>(c) : winner[i];
        }
      }
      for (int64_t i = 0; i < count; ++i) map[start + i] = static_cast<Class>(winner[i]);
    }
  });
}

/// The classes of a voxel side by side.
template <class Logit, class Class>
void mapVoxels(const Logit* logits, int64_t classes, int64_t voxels, Class* map) {
  at::parallel_for(0, voxels, blockVoxels, [&](int64_t begin, int64_t end) {
    for (int64_t voxel = begin; voxel < end; ++voxel) {
      const Logit* values = logits + voxel * classes;
      auto best = static_cast<float>(values[0]);
      int64_t winner = 0;
      for (int64_t c = 1; c < classes; ++c) {
        const auto candidate = static_cast<float>(values[c]);
        if (!wins(candidate, best)) continue;
        best = candidate;
        winner = c;
      }
      map[voxel] = static_cast<Class>(winner);
    }
  });
}

template <class Logit, class Class>
void mapClasses(const at::Tensor& logits, const at::Tensor& map) {
  const int64_t classes = logits.size(0), voxels = map.numel();
  if (voxels == 0) return;
  const auto* values = logits.const_data_ptr<Logit>();
  auto* into = map.mutable_data_ptr<Class>();
  logits.is_contiguous() ? mapPlanes(values, classes, voxels, into) : mapVoxels(values, classes, voxels, into);
}

bool isFast(const at::Tensor& logits) {
  const at::ScalarType type = logits.scalar_type();
  return logits.is_cpu() && (type == at::kFloat || type == at::kBFloat16);
}

bool isChannelsLast(const at::Tensor& logits) { return logits.movedim(0, -1).is_contiguous(); }

}  // namespace

at::Tensor classMap(const at::Tensor& logits) {
  return logits.size(0) == 1 ? logits[0].ge(0).to(at::kByte).contiguous() : argmaxMap(logits);
}

at::Tensor labelMap(const at::Tensor& label) { return label.size(0) == 1 ? label[0] : argmaxMap(label); }

at::Tensor argmaxMap(const at::Tensor& logits) {
  const at::ScalarType type = logits.size(0) <= 256 ? at::kByte : at::kShort;
  if (!isFast(logits)) return logits.argmax(0).to(type);

  const at::Tensor dense = isChannelsLast(logits) ? logits : logits.contiguous();
  const at::Tensor map = at::empty(dense.sizes().slice(1), type);
  const bool wide = type == at::kShort;
  if (dense.scalar_type() == at::kFloat) {
    wide ? mapClasses<float, int16_t>(dense, map) : mapClasses<float, uint8_t>(dense, map);
  } else {
    wide ? mapClasses<at::BFloat16, int16_t>(dense, map) : mapClasses<at::BFloat16, uint8_t>(dense, map);
  }
  return map;
}

}  // namespace mlabel
