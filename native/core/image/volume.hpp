// A volume: voxels with their place in the world, and what the file they came from said about itself.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "image/affine.hpp"

namespace mlabel {

enum class ImageFormat { Nifti1, Nifti2, Nrrd };

/// What a header says, checked: every size is positive and the voxels it promises fit the limit it was read with.
struct ImageHeader {
  ImageFormat format = ImageFormat::Nifti1;
  bool compressed = false;
  bool bigEndian = false;
  /// Spatial sizes [I, J, K]; a 2-D image has K = 1.
  Shape3 shape{1, 1, 1};
  /// 2 or 3: how many of them the file has.
  int dimensions = 3;
  /// Trailing channel or time axis of a 4-D file, 1 otherwise.
  int64_t channels = 1;
  /// The stored type as numpy spells it: "int16", "float32", …
  std::string dtype = "float32";
  Affine affine;
  /// What other programs understand by this header where they differ from `affine` (NIfTI only): the forms that its codes
  /// allow and ITK's mixture of sform and pixdim; without codes nibabel's, the standard's and ITK's ways to do without;
  /// each also as nibabel has it, which takes metres and microns for millimetres. All have an inverse.
  std::vector<Affine> otherReadings;
  /// Whether the header says where the voxels lie: a form code above 0; NRRD: space directions or space origin.
  bool placed = false;
  /// Voxels that were NaN or infinite: set while an image is read, which replaces them.
  int64_t replacedVoxels = 0;
  double slope = 1;
  double intercept = 0;
  /// The original header bytes (NIfTI: 348 or 540; NRRD: the text), so that a label file repeats the geometry exactly.
  std::vector<char> raw;
};

/// Voxels [C, I, J, K] in the axis order of the file, with an affine to RAS millimetres.
/// The tensor is a view on file-order memory (i fastest): its strides say so, its shape does not.
struct Volume {
  at::Tensor data;
  Affine affine;
  ImageHeader header;
};

}  // namespace mlabel
