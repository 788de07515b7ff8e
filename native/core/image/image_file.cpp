#include "image/image_file.hpp"

#include <ATen/ATen.h>

#include "image/byte_sink.hpp"
#include "image/nifti.hpp"
#include "image/nrrd.hpp"
#include "image/voxel_reader.hpp"

namespace mlabel {

ImageHeader readHeader(const std::string& path, const ReadLimits& limits) { return VoxelReader(path, limits).header(); }

Volume readImage(const std::string& path, const JobContext& context, const ReadLimits& limits) {
  VoxelReader reader(path, limits);
  Volume volume{reader.emptyTensor(at::kFloat), reader.header().affine, reader.header()};
  float* voxels = volume.data.data_ptr<float>();
  const auto convert = [&](const char* stored, size_t count, uint64_t first) {
    toFloat(stored, reader.layout().type, reader.layout().swap, reader.scaling(), count, voxels + first);
  };
  reader.read(convert, context);
  return volume;
}

void writeImage(const std::string& path, const Volume& volume, const WriteOptions& options, const JobContext& context) {
  const auto type = voxelTypeOf(options.dtype);
  if (!type) throw Error(ErrorCode::InvalidInput, "voxels cannot be written as \"" + options.dtype + "\"");
  const bool nrrd = path.ends_with(".nrrd");
  const bool gzip = nrrd ? options.compress : path.ends_with(".nii.gz");
  if (!nrrd && !gzip && !path.ends_with(".nii")) {
    throw Error(ErrorCode::Unsupported, "images are written as .nii, .nii.gz or .nrrd, not as " + path);
  }

  AtomicFile file(path);
  ByteSink sink(file);
  if (nrrd) {
    const std::string pairs = options.segments.empty() ? "" : segmentationLines(options.segments, volume.data[0]);
    const std::string text = makeNrrdHeader(volume, *type, gzip, pairs);
    sink.write(text.data(), text.size());
    if (gzip) sink.deflateRest();
  } else {
    if (gzip) sink.deflateRest();
    const bool second = volume.header.format == ImageFormat::Nifti2;
    const auto header = makeNiftiHeader(volume, *type, second ? ImageFormat::Nifti2 : ImageFormat::Nifti1);
    sink.write(header.data(), header.size());
    const char noExtension[4]{};
    sink.write(noExtension, sizeof noExtension);
  }

  // Slice by slice: a whole volume in double would be eight times a label file.
  const at::Tensor planes = volume.data.permute({0, 3, 2, 1});
  const bool asStored = planes.scalar_type() == at::kByte && *type == VoxelType::UInt8;
  std::vector<char> stored(static_cast<size_t>(planes.size(2) * planes.size(3)) * bytesOf(*type));
  for (int64_t c = 0; c < planes.size(0); ++c) {
    for (int64_t k = 0; k < planes.size(1); ++k) {
      context.check();
      const at::Tensor plane = planes[c][k];
      if (asStored) {
        const at::Tensor bytes = plane.contiguous();
        sink.write(bytes.data_ptr(), stored.size());
      } else {
        const at::Tensor doubles = plane.to(at::kDouble).contiguous();
        fromDouble(doubles.data_ptr<double>(), *type, static_cast<size_t>(doubles.numel()), stored.data());
        sink.write(stored.data(), stored.size());
      }
    }
  }
  sink.finish();
  file.commit();
}

}  // namespace mlabel
