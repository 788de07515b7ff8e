// The geometric steps: turning axes, cropping and padding, resampling. On an image they change all that has a place:
// data, affine, trace, and the points among its values. Nothing else changes an affine.
#pragma once

#include <ATen/core/Tensor.h>

#include "transforms/sample.hpp"

namespace mlabel {

/// Permutes and flips the spatial axes of [C, I, J, K]. `data` itself is flipped where nobody else holds its memory, so
/// move it in; the result is a view on file-order memory if `data` was.
at::Tensor orient(at::Tensor data, const OrientOperation& operation);

/// The operation that takes an oriented tensor back.
OrientOperation inverse(const OrientOperation& operation);

/// output[x] = input[x + start] for x in [0, shape), zero outside the input; `data` itself when nothing changes, a
/// contiguous copy otherwise.
at::Tensor cropPad(const at::Tensor& data, const Shape3& start, const Shape3& shape);

/// torch's interpolate(mode="nearest"): output[x] = input[floor(x · before / after)] along each axis, the quotient in float.
at::Tensor pick(const at::Tensor& data, const Shape3& shape);

void orientImage(SampleImage& image, const OrientOperation& operation);
void cropPadImage(SampleImage& image, const Shape3& start, const Shape3& shape);
/// Throws TooLarge, OutOfMemory, Cancelled; InvalidFile for a singular affine.
void resampleImage(SampleImage& image, const Shape3& shape, const Affine& affine, Interpolation mode,
                   const JobContext& context = {});
/// MONAI's Resize: `shape` voxels over the same extent, by "trilinear" (align_corners=False) or "nearest".
/// Throws TooLarge beyond 2^31 voxels, and as resampleImage.
void resizeImage(SampleImage& image, const Shape3& shape, Interpolation mode, const JobContext& context = {});

}  // namespace mlabel
