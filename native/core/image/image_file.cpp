#include "image/image_file.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <limits>
#include <sstream>

#include "image/byte_sink.hpp"
#include "image/nifti.hpp"
#include "image/nrrd.hpp"
#include "image/voxel_reader.hpp"
#include "runtime/atomic_file.hpp"
#include "runtime/main_memory.hpp"

namespace mlabel {

ImageHeader readHeader(const std::string& path, const JobContext& context, const ReadLimits& limits) {
  return VoxelReader(path, context, limits).header();
}

namespace {

int64_t countNonFinite(const float* voxels, size_t count) {
  int32_t found = 0;
  // Negated, so that NaN counts too; isfinite would keep the loop from being vectorised.
  for (size_t i = 0; i < count; ++i) found += !(std::abs(voxels[i]) <= std::numeric_limits<float>::max());
  return found;
}

void replaceNonFinite(float* voxels, uint64_t count, const std::string& path) {
  float lowest = std::numeric_limits<float>::infinity(), highest = -lowest;
  for (uint64_t i = 0; i < count; ++i) {
    if (!std::isfinite(voxels[i])) continue;
    lowest = std::min(lowest, voxels[i]);
    highest = std::max(highest, voxels[i]);
  }
  if (lowest > highest) throw Error(ErrorCode::InvalidFile, path + ": no voxel is a finite number");
  for (uint64_t i = 0; i < count; ++i) {
    if (!std::isfinite(voxels[i])) voxels[i] = voxels[i] > 0 ? highest : lowest;
  }
}

/// Whole numbers as they lie in the file are finite.
bool canBeNonFinite(const VoxelReader& reader) {
  const VoxelType type = reader.layout().type;
  return type == VoxelType::Float32 || type == VoxelType::Float64 || !reader.scaling().identity();
}

/// "the value 300 at voxel [1, 2, 3] does not fit uint8; ask for uint16".
[[noreturn]] void refuseValue(double value, const Shape3& index, VoxelType type) {
  constexpr std::array wider{VoxelType::UInt16, VoxelType::Int16, VoxelType::Int32, VoxelType::Int64};
  char scratch[8];
  const auto fits = [&](VoxelType each) { return fromDouble(&value, each, 1, scratch) == 1; };
  const auto* found = std::find_if(wider.begin(), wider.end(), fits);
  std::ostringstream text;
  text << "the value " << std::setprecision(15) << value << " at voxel [" << index[0] << ", " << index[1] << ", "
       << index[2] << "] does not fit " << nameOf(type) << "; ask for "
       << nameOf(found == wider.end() ? VoxelType::Float32 : *found);
  throw Error(ErrorCode::InvalidInput, text.str());
}

}  // namespace

Volume readImage(const std::string& path, const JobContext& context, const ReadLimits& limits) {
  VoxelReader reader(path, context, limits);
  Volume volume{reader.emptyTensor(at::kFloat), reader.header().affine, reader.header()};
  float* voxels = volume.data.data_ptr<float>();
  const bool checked = canBeNonFinite(reader);
  int64_t& replaced = volume.header.replacedVoxels;
  const auto convert = [&](const char* stored, size_t count, uint64_t first) {
    toFloat(stored, reader.layout().type, reader.layout().swap, reader.scaling(), count, voxels + first);
    if (checked) replaced += countNonFinite(voxels + first, count);
  };
  reader.read(convert);
  if (replaced > 0) replaceNonFinite(voxels, reader.count(), path);
  return volume;
}

namespace {

bool isDeflated(const std::string& name, const WriteOptions& options) {
  return name.ends_with(".nrrd") ? options.compress : name.ends_with(".nii.gz");
}

void encode(const std::string& name, const Volume& volume, const WriteOptions& options, ByteSink& sink,
            const JobContext& context) {
  const auto type = voxelTypeOf(options.dtype);
  if (!type) throw Error(ErrorCode::InvalidInput, "voxels cannot be written as \"" + options.dtype + "\"");
  const bool nrrd = name.ends_with(".nrrd");
  const bool gzip = isDeflated(name, options);
  if (!nrrd && !gzip && !name.ends_with(".nii")) {
    throw Error(ErrorCode::Unsupported, "images are written as .nii, .nii.gz or .nrrd, not as " + name);
  }

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
        const double* values = doubles.data_ptr<double>();
        const auto count = static_cast<size_t>(doubles.numel());
        const size_t bad = fromDouble(values, *type, count, stored.data());
        if (bad != count) {
          const auto at = static_cast<int64_t>(bad);
          refuseValue(values[bad], {at % plane.size(1), at / plane.size(1), k}, *type);
        }
        sink.write(stored.data(), stored.size());
      }
    }
  }
  sink.finish();
}

}  // namespace

void writeImage(const std::string& path, const Volume& volume, const WriteOptions& options, const JobContext& context) {
  AtomicFile file(path);
  ByteSink sink([&file](const void* data, size_t size) { file.write(data, size); });
  encode(path, volume, options, sink, context);
  file.commit();
}

std::vector<uint8_t> encodeImage(const std::string& name, const Volume& volume, const WriteOptions& options,
                                 const JobContext& context) {
  std::vector<uint8_t> bytes;
  if (const auto type = voxelTypeOf(options.dtype); type && !isDeflated(name, options)) {
    const int64_t voxels = volume.data.numel() * static_cast<int64_t>(bytesOf(*type));
    requireMemory(voxels, "The result");
    bytes.reserve(static_cast<size_t>(voxels) + 4096);
  }
  ByteSink sink([&bytes](const void* data, size_t size) {
    const auto* first = static_cast<const uint8_t*>(data);
    bytes.insert(bytes.end(), first, first + size);
  });
  encode(name, volume, options, sink, context);
  return bytes;
}

}  // namespace mlabel
