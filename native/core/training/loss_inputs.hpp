// What MONAI's losses have in common: what they read from a spec, and what they do to both sides before they compare
// them.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "runtime/json.hpp"

namespace mlabel {

struct LossInputOptions {
  bool includeBackground = true;
  bool toOnehotY = false;
  bool sigmoid = false;
  bool softmax = false;
  /// Voxels of this class, or outside all classes, do not count.
  std::optional<int64_t> ignoreIndex;
};

/// Of what is left for each sample and class.
enum class LossReduction { Mean, Sum };

/// One factor for all classes, or one each; none where `values` is empty.
struct ClassWeights {
  std::vector<double> values;
  bool shared = false;
};

/// include_background, to_onehot_y, sigmoid and softmax. Throws InvalidInput; leaves `args.finish()` to the caller, as
/// all of these do.
LossInputOptions readLossInputs(const Args& args);

/// ignore_index
std::optional<int64_t> readIgnoreIndex(const Args& args);

/// reduction, "mean" or "sum": a training needs one number, so that there is no "none".
LossReduction readReduction(const Args& args);

/// weight: a number or a list, none of them negative.
ClassWeights readClassWeights(const Args& args);

/// An argument that must not be negative.
double readFactor(const Args& args, const std::string& name, double fallback);

/// [classes], or a scalar where one stands for all. Throws InvalidInput, in the name of `loss`, for another number of
/// them.
at::Tensor weightsOf(const std::string& loss, const ClassWeights& weights, int64_t classes, const at::Tensor& like);

/// Both [N, C, spatial…], without background where that does not count.
struct LossInputs {
  at::Tensor prediction;
  at::Tensor target;
  /// [N, 1, spatial…]: 1 where a voxel counts; undefined where all do.
  at::Tensor mask;
};

/// Throws InvalidInput, in the name of `loss`, when the shapes do not fit each other. MONAI ignores softmax,
/// to_onehot_y and include_background for a single channel.
LossInputs prepareLossInputs(const std::string& loss, const LossInputOptions& options, const at::Tensor& logits,
                             const at::Tensor& target);

/// [N, C, spatial…] of class numbers [N, 1, spatial…].
at::Tensor oneHot(const at::Tensor& classes, int64_t count, const at::Tensor& like);

/// Throws InvalidInput unless `target` has the batch and spatial sizes of `logits` and either one channel or as many.
void checkLossShapes(const std::string& loss, const at::Tensor& logits, const at::Tensor& target);

/// The axes over which a class is summed up: space, and the batch where `batch` is set.
std::vector<int64_t> summedAxes(int64_t dimensions, bool batch);

struct Overlap {
  at::Tensor truePositive, falsePositive, falseNegative;
};

/// monai.losses.utils.compute_tp_fp_fn, operation by operation: the bits of loss and gradient depend on the order.
/// `order` 2 squares in the denominator; `softLabel` is for targets between 0 and 1.
Overlap overlap(const LossInputs& inputs, at::IntArrayRef axes, int order, bool softLabel);

at::Tensor reduceLoss(const at::Tensor& loss, LossReduction reduction);

}  // namespace mlabel
