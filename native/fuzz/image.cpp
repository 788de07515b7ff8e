#include <utility>

#include "image/image_file.hpp"
#include "image/nifti.hpp"
#include "image/nrrd.hpp"
#include "image/read_label.hpp"
#include "labels/placement.hpp"
#include "readers.hpp"

namespace mlabel::fuzz {
namespace {

/// Whatever a small file may expand to.
constexpr ReadLimits limits{int64_t{64} << 20};

/// Runs `action`; that the file is refused is an answer.
template <class Action>
void attempt(Action action) {
  try {
    action();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::Internal) throw;
  }
}

ImageHeader plainImage() {
  ImageHeader header;
  header.shape = {4, 4, 4};
  return header;
}

}  // namespace

void readImageBytes(Bytes bytes) {
  const std::string path = asFile(bytes);
  const ImageHeader header = readHeader(path, {}, limits);
  attempt([&] { axisDirections(header.affine); });
  // A label is stored with the geometry of its image, and used on its image's grid.
  attempt([&] {
    const Volume volume = readImage(path, {}, limits);
    makeNrrdHeader(volume, VoxelType::UInt8, true);
    for (const ImageFormat format : {ImageFormat::Nifti1, ImageFormat::Nifti2}) {
      attempt([&] { makeNiftiHeader(volume, VoxelType::UInt8, format); });
    }
  });
  attempt([&] {
    const Volume label = readLabel(path, {}, limits);
    for (const ImageHeader& image : {header, plainImage()}) {
      attempt([&] { place(label.data, placementOf(label.header, image)); });
      attempt([&] { placementOf(image, label.header); });
    }
  });
}

}  // namespace mlabel::fuzz
