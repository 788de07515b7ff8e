// The geometric steps that move whole voxels: turning axes, cropping and padding; on tensors and on images.
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

/// The same on an image: data, affine and trace.
void orientImage(SampleImage& image, const OrientOperation& operation);
void cropPadImage(SampleImage& image, const Shape3& start, const Shape3& shape);
void resampleImage(SampleImage& image, const Shape3& shape, const Affine& affine, Interpolation mode,
                   const JobContext& context = {});

}  // namespace mlabel
