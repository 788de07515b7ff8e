#include "image/read_label.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <cstring>
#include <iomanip>
#include <sstream>

#include "image/voxel_reader.hpp"

namespace mlabel {
namespace {

[[noreturn]] void refuse(const VoxelReader& reader, double value, uint64_t place) {
  std::ostringstream text;
  text << reader.path() << ": the value ";
  if (std::isfinite(value) && value == std::nearbyint(value)) {
    text << std::setprecision(15) << value << " at voxel " << reader.nameOfVoxel(place)
         << " is too large; the values of a label go up to 2147483647";
  } else {
    // As a float: 0.9882 and not 0.9882000088691711.
    text << std::setprecision(7) << value << " at voxel " << reader.nameOfVoxel(place)
         << " is not a whole number; a label holds whole numbers";
  }
  throw Error(ErrorCode::UnfitLabel, text.str());
}

void toLabels(const VoxelReader& reader, const char* stored, size_t count, uint64_t first, int32_t* values) {
  const VoxelLayout& layout = reader.layout();
  const size_t bad = toWhole(stored, layout.type, layout.swap, reader.scaling(), count, values);
  if (bad != count) refuse(reader, valueAt(stored, layout.type, layout.swap, reader.scaling(), bad), first + bad);
}

}  // namespace

Volume readLabel(const std::string& path, const JobContext& context, const ReadLimits& limits) {
  VoxelReader reader(path, context, limits);
  const bool bytes = reader.layout().type == VoxelType::UInt8 && reader.scaling().identity();
  Volume label{reader.emptyTensor(bytes ? at::kByte : at::kInt), reader.header().affine, reader.header()};
  if (bytes) {
    uint8_t* voxels = label.data.data_ptr<uint8_t>();
    reader.read([&](const char* stored, size_t count, uint64_t first) { std::memcpy(voxels + first, stored, count); });
  } else {
    int32_t* voxels = label.data.data_ptr<int32_t>();
    reader.read([&](const char* stored, size_t count, uint64_t first) {
      toLabels(reader, stored, count, first, voxels + first);
    });
  }
  return label;
}

ImageHeader streamLabel(const std::string& path, const TakeLabels& take, const JobContext& context,
                        const ReadLimits& limits) {
  VoxelReader reader(path, context, limits);
  std::vector<int32_t> values;
  const auto pass = [&](const char* stored, size_t count, uint64_t first) {
    values.resize(count);
    toLabels(reader, stored, count, first, values.data());
    take(values.data(), count, first);
  };
  reader.read(pass);
  return reader.header();
}

}  // namespace mlabel
