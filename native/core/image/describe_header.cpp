#include "image/describe_header.hpp"

namespace mlabel {
namespace {

const char* nameOf(ImageFormat format) {
  switch (format) {
    case ImageFormat::Nifti1: return "nifti1";
    case ImageFormat::Nifti2: return "nifti2";
    case ImageFormat::Nrrd: return "nrrd";
  }
  throw Error(ErrorCode::Internal, "an image format without a name");
}

}  // namespace

Json describeHeader(const ImageHeader& header) {
  return {{"format", nameOf(header.format)},
          {"compressed", header.compressed},
          {"shape", header.shape},
          {"dimensions", header.dimensions},
          {"channels", header.channels},
          {"dtype", header.dtype},
          {"affine", header.affine.m},
          {"spacing", header.affine.spacing()},
          {"orientation", axisCodes(axisDirections(header.affine))}};
}

}  // namespace mlabel
