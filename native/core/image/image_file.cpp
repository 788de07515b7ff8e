#include "image/image_file.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <future>

#include "image/byte_sink.hpp"
#include "image/byte_source.hpp"
#include "image/nifti.hpp"
#include "image/nrrd.hpp"

namespace mlabel {
namespace {

/// Stored bytes that are converted at once.
constexpr size_t chunkBytes = 1 << 20;

[[noreturn]] void invalid(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::InvalidFile, path + ": " + what);
}

uint64_t product(std::initializer_list<int64_t> factors, const std::string& path) {
  uint64_t total = 1;
  for (const int64_t factor : factors) {
    if (__builtin_mul_overflow(total, static_cast<uint64_t>(factor), &total)) invalid(path, "says a size beyond all memory");
  }
  return total;
}

uint64_t voxelCount(const ImageHeader& header, const std::string& path) {
  return product({header.shape[0], header.shape[1], header.shape[2], header.channels}, path);
}

/// Everything that can be known to be wrong before memory is asked for.
void checkSizes(const ParsedHeader& parsed, const ByteSource& source, const std::string& path, const ReadLimits& limits) {
  const uint64_t count = voxelCount(parsed.header, path);
  const uint64_t decoded = product({static_cast<int64_t>(std::min<uint64_t>(count, INT64_MAX)), 4}, path);
  const uint64_t stored = product({static_cast<int64_t>(count), static_cast<int64_t>(bytesOf(parsed.layout.type))}, path);
  if (decoded > static_cast<uint64_t>(limits.maxBytes)) {
    throw Error(ErrorCode::TooLarge, path + ": " + std::to_string(decoded >> 20) + " MiB of voxels are beyond the limit of " +
                                         std::to_string(limits.maxBytes >> 20) + " MiB");
  }
  if (stored > source.largestRest()) {
    invalid(path, "is too short: its header promises " + std::to_string(stored) + " bytes of voxels, which a file of " +
                      std::to_string(source.fileSize()) + " bytes cannot hold");
  }
}

void checkAffine(const Affine& affine, const std::string& path) {
  try {
    affine.inverse();
  } catch (const Error&) {
    invalid(path, "has a position in space that is not finite or has no inverse");
  }
}

/// Reads the header; `source` stands at the voxels afterwards.
ParsedHeader openImage(ByteSource& source, const std::string& path, const ReadLimits& limits) {
  char start[4];
  const bool compressed = source.inflating();
  if (source.read(start, sizeof start) != sizeof start) invalid(path, "is not an image: it has fewer than four bytes");
  ParsedHeader parsed;
  if (isNrrd(start)) {
    bool gzip = false;
    parsed = readNrrdHeader(source, path, gzip);
    if (gzip) source.inflateRest();
  } else {
    const size_t size = niftiHeaderSize(reinterpret_cast<const unsigned char*>(start));
    if (size == 0) invalid(path, "is neither NIfTI nor NRRD");
    std::vector<char> bytes(size);
    std::memcpy(bytes.data(), start, sizeof start);
    if (source.read(bytes.data() + sizeof start, size - sizeof start) != size - sizeof start) invalid(path, "ends within its header");
    parsed = parseNifti(bytes, path);
    parsed.header.compressed = compressed;
    const uint64_t gap = parsed.layout.offset - size;
    if (source.skip(gap) != gap) invalid(path, "ends before its voxels begin");
  }
  checkSizes(parsed, source, path, limits);
  checkAffine(parsed.header.affine, path);
  return parsed;
}

/// Memory in file order, seen as [C, I, J, K].
at::Tensor emptyInFileOrder(const ImageHeader& header, bool channelFirst) {
  const auto [i, j, k] = header.shape;
  if (channelFirst) return at::empty({k, j, i, header.channels}, at::kFloat).permute({3, 2, 1, 0});
  return at::empty({header.channels, k, j, i}, at::kFloat).permute({0, 3, 2, 1});
}

}  // namespace

ImageHeader readHeader(const std::string& path, const ReadLimits& limits) {
  ByteSource source(path);
  return openImage(source, path, limits).header;
}

Volume readImage(const std::string& path, const JobContext& context, const ReadLimits& limits) {
  ByteSource source(path);
  ParsedHeader parsed = openImage(source, path, limits);
  const uint64_t count = voxelCount(parsed.header, path);
  const size_t bytes = bytesOf(parsed.layout.type);
  const Scaling scaling{parsed.header.slope, parsed.header.intercept};

  Volume volume;
  volume.data = emptyInFileOrder(parsed.header, parsed.layout.channelFirst);
  float* voxels = volume.data.data_ptr<float>();
  // While one chunk is converted the next is inflated.
  std::array<std::vector<char>, 2> chunks{std::vector<char>(chunkBytes), std::vector<char>(chunkBytes)};
  std::future<void> converted;
  for (uint64_t done = 0, turn = 0; done < count; ++turn) {
    context.check();
    char* chunk = chunks[turn % 2].data();
    const size_t wanted = static_cast<size_t>(std::min<uint64_t>(count - done, chunkBytes / bytes));
    const size_t got = source.read(chunk, wanted * bytes);
    if (got != wanted * bytes) invalid(path, "is truncated: " + std::to_string((count - done) * bytes - got) + " bytes of voxels are missing");
    if (converted.valid()) converted.get();
    converted = std::async(std::launch::async, [chunk, &parsed, scaling, wanted, target = voxels + done] {
      toFloat(chunk, parsed.layout.type, parsed.layout.swap, scaling, wanted, target);
    });
    done += wanted;
  }
  converted.get();
  source.checkEnd();
  volume.affine = parsed.header.affine;
  volume.header = std::move(parsed.header);
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
    const std::string text = makeNrrdHeader(volume, *type, gzip);
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
