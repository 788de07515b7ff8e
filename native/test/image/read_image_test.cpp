// Reading against MONAI's LoadImage (scripts/golden/make_image_files.py).
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "golden.hpp"
#include "image/image_file.hpp"
#include "temporary_folder.hpp"

using namespace mlabel;
using namespace mlabel::test;

namespace {

struct GoldenImage {
  const char* file;
  const char* dtype;
  ImageFormat format;
};

constexpr GoldenImage images[] = {
    {"type_uint8.nii", "uint8", ImageFormat::Nifti1},
    {"type_int8.nii", "int8", ImageFormat::Nifti1},
    {"type_int16.nii", "int16", ImageFormat::Nifti1},
    {"type_uint16.nii", "uint16", ImageFormat::Nifti1},
    {"type_int32.nii", "int32", ImageFormat::Nifti1},
    {"type_uint32.nii", "uint32", ImageFormat::Nifti1},
    {"type_int64.nii", "int64", ImageFormat::Nifti1},
    {"type_uint64.nii", "uint64", ImageFormat::Nifti1},
    {"type_float32.nii", "float32", ImageFormat::Nifti1},
    {"type_float64.nii", "float64", ImageFormat::Nifti1},
    {"big_endian.nii", "int16", ImageFormat::Nifti1},
    {"second.nii.gz", "int16", ImageFormat::Nifti2},
    {"scaled.nii", "int16", ImageFormat::Nifti1},
    {"qform.nii", "int16", ImageFormat::Nifti1},
    {"qform_left_handed.nii", "int16", ImageFormat::Nifti1},
    {"no_form.nii", "int16", ImageFormat::Nifti1},
    {"sform_contradicts_pixdim.nii", "int16", ImageFormat::Nifti1},
    {"two_dimensional.nii", "int16", ImageFormat::Nifti1},
    {"channels.nii", "int16", ImageFormat::Nifti1},
    {"members.nii.gz", "int16", ImageFormat::Nifti1},
    {"lps_raw.nrrd", "int16", ImageFormat::Nrrd},
    {"lps_gzip.nrrd", "uint8", ImageFormat::Nrrd},
    {"ras_big.nrrd", "int16", ImageFormat::Nrrd},
    {"float.nrrd", "float32", ImageFormat::Nrrd},
};

/// MONAI's [I, J], [I, J, K] or [I, J, K, C] as [C, I, J, K].
at::Tensor channelFirst(at::Tensor voxels) {
  if (voxels.dim() == 2) voxels = voxels.unsqueeze(2);
  if (voxels.dim() == 3) voxels = voxels.unsqueeze(3);
  return voxels.permute({3, 0, 1, 2});
}

}  // namespace

TEST_CASE("images are read as MONAI reads them") {
  for (const GoldenImage& image : images) {
    CAPTURE(std::string(image.file));
    const std::string name = std::string("images/") + image.file;
    const std::string stem = name.substr(0, name.find('.'));
    const Volume volume = readImage(goldenPath(name).string());

    CHECK(at::equal(volume.data, channelFirst(readNpy(goldenPath(stem + ".voxels.npy")))));
    const at::Tensor affine = readNpy(goldenPath(stem + ".affine.npy"));
    for (int row = 0; row < 4; ++row) {
      for (int column = 0; column < 4; ++column) {
        CHECK(volume.affine(row, column) == doctest::Approx(affine[row][column].item<double>()).epsilon(1e-6));
      }
    }
    CHECK(volume.header.dtype == image.dtype);
    CHECK(volume.header.format == image.format);
    CHECK(volume.header.bigEndian == (std::string(image.file).find("big") != std::string::npos));
  }
}

TEST_CASE("in a 4-D file the sform stands although it contradicts the zooms, as in MONAI") {
  const TemporaryFolder folder;
  const std::string path = goldenPath("images/channels.nii").string();
  std::string bytes = readText(path);
  const float zoom = 7;
  std::memcpy(bytes.data() + 80, &zoom, sizeof zoom);
  writeBytes(folder / "zoom.nii", bytes);
  CHECK(readHeader(folder / "zoom.nii").affine == readHeader(path).affine);
}

TEST_CASE("a 2-D image without a third direction gets the normal of its plane") {
  const TemporaryFolder folder;
  std::string bytes = readText(goldenPath("images/two_dimensional.nii"));
  const int16_t code = 1;
  const float rows[12] = {0, 2, 0, 5, 3, 0, 0, 6, 0, 0, 0, 7};
  const float zooms[3] = {3, 2, 0};
  std::memcpy(bytes.data() + 254, &code, sizeof code);
  std::memcpy(bytes.data() + 280, rows, sizeof rows);
  std::memcpy(bytes.data() + 80, zooms, sizeof zooms);
  writeBytes(folder / "flat.nii", bytes);
  CHECK(readHeader(folder / "flat.nii").affine == Affine{{{{0, 2, 0, 5}, {3, 0, 0, 6}, {0, 0, -1, 7}, {0, 0, 0, 1}}}});
}

TEST_CASE("a 2-D image without any form is one millimetre thick, whatever its third zoom says") {
  const TemporaryFolder folder;
  std::string bytes = readText(goldenPath("images/two_dimensional.nii"));
  const int16_t codes[2] = {0, 0};
  const float zooms[3] = {3, 2, 9};
  std::memcpy(bytes.data() + 252, codes, sizeof codes);
  std::memcpy(bytes.data() + 80, zooms, sizeof zooms);
  writeBytes(folder / "plain.nii", bytes);
  CHECK(readHeader(folder / "plain.nii").affine.spacing() == Vector3{3, 2, 1});
}

TEST_CASE("voxels that are not finite are counted and replaced by the lowest and the highest finite value") {
  const TemporaryFolder folder;
  const float inf = std::numeric_limits<float>::infinity();
  const auto read = [&](std::initializer_list<float> values) {
    std::string bytes = "NRRD0004\ntype: float\ndimension: 3\nsizes: 2 3 1\nendian: little\nencoding: raw\n\n";
    for (const float value : values) bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    writeBytes(folder / "image.nrrd", bytes);
    return readImage(folder / "image.nrrd");
  };
  const Volume mended = read({1, NAN, inf, -inf, -4, 7});
  CHECK(mended.header.replacedVoxels == 3);
  CHECK(at::equal(mended.data.permute({0, 3, 2, 1}).flatten(), at::tensor({1.0F, -4.0F, 7.0F, -4.0F, -4.0F, 7.0F})));
  CHECK(read({1, 2, 3, 4, 5, 3e38F}).header.replacedVoxels == 0);
  CHECK_THROWS_WITH_AS(read({NAN, NAN, inf, inf, NAN, NAN}), doctest::Contains("no voxel is a finite number"), Error);
}

TEST_CASE("a header alone says the same as the whole file") {
  const ImageHeader header = readHeader(goldenPath("images/channels.nii").string());
  CHECK(header.shape == Shape3{5, 4, 3});
  CHECK(header.channels == 2);
  CHECK(readHeader(goldenPath("images/two_dimensional.nii").string()).dimensions == 2);
  CHECK(readHeader(goldenPath("images/second.nii.gz").string()).compressed);
}

TEST_CASE("voxels lie in memory as in the file, first axis fastest") {
  const Volume volume = readImage(goldenPath("images/type_int16.nii").string());
  CHECK(volume.data.stride(1) == 1);
  CHECK(volume.data.stride(2) == 5);
  CHECK(volume.data.stride(3) == 20);
}

TEST_CASE("a job that was stopped does not read on") {
  StopFlag stop;
  stop.raise();
  CHECK_THROWS_AS(readImage(goldenPath("images/type_int16.nii").string(), JobContext(stop, nullptr)), Error);
}
