// Writing: world positions, geometry and values survive; nothing half written is left.
#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <csignal>

#include "golden.hpp"
#include "image/image_file.hpp"
#include "temporary_folder.hpp"

using namespace mlabel;
using namespace mlabel::test;

namespace {

/// One of the 48 ways to lay three axes along the world's, then turned a little.
Affine axesLike(int order, int signs, double angle) {
  constexpr int permutations[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  constexpr double steps[3] = {0.75, 1.5, 3.25};
  Affine axes;
  for (int c = 0; c < 3; ++c) {
    for (int r = 0; r < 3; ++r)
      axes(r, c) = r == permutations[order][c] ? ((signs >> c & 1) != 0 ? -1 : 1) * steps[c] : 0;
  }
  Affine turn;
  turn(0, 0) = turn(1, 1) = std::cos(angle);
  turn(1, 0) = std::sin(angle);
  turn(0, 1) = -turn(1, 0);
  Affine tilt;
  tilt(1, 1) = tilt(2, 2) = std::cos(angle / 2);
  tilt(2, 1) = std::sin(angle / 2);
  tilt(1, 2) = -tilt(2, 1);
  Affine affine = turn * tilt * axes;
  affine(0, 3) = -12.5;
  affine(1, 3) = 33.25;
  affine(2, 3) = 700.125;
  return affine;
}

Volume marked(const Affine& affine) {
  Volume volume;
  volume.affine = affine;
  volume.data = at::zeros({1, 6, 5, 4});
  volume.data[0][4][1][2] = 7;
  return volume;
}

Vector3 markedPosition(const Volume& volume) {
  const at::Tensor at = (volume.data[0] == 7).nonzero();
  REQUIRE(at.size(0) == 1);
  return volume.affine.apply({at[0][0].item<double>(), at[0][1].item<double>(), at[0][2].item<double>()});
}

void checkNear(const Vector3& a, const Vector3& b) {
  for (size_t axis = 0; axis < 3; ++axis) CHECK(a[axis] == doctest::Approx(b[axis]).epsilon(1e-5));
}

}  // namespace

TEST_CASE("a voxel keeps its place in the world through every format, for all 48 axis orders, straight and oblique") {
  TemporaryFolder folder;
  for (int order = 0; order < 6; ++order) {
    for (int signs = 0; signs < 8; ++signs) {
      for (const double angle : {0.0, 0.4}) {
        const Volume volume = marked(axesLike(order, signs, angle));
        const Vector3 place = volume.affine.apply({4, 1, 2});
        for (const char* name : {"a.nii.gz", "a.nii", "a.nrrd"}) {
          CAPTURE(order);
          CAPTURE(signs);
          CAPTURE(angle);
          CAPTURE(name);
          writeImage(folder / name, volume, {.dtype = "uint8", .compress = true});
          const Volume read = readImage(folder / name);
          checkNear(markedPosition(read), place);
          // And on from there into the other formats, whose geometry fields are spelled differently.
          for (const char* next : {"b.nii", "b.nrrd"}) {
            writeImage(folder / next, read, {.dtype = "int16"});
            checkNear(markedPosition(readImage(folder / next)), place);
          }
        }
      }
    }
  }
}

TEST_CASE("a label file repeats the geometry of its image bit for bit") {
  TemporaryFolder folder;
  for (const char* name : {"qform.nii", "big_endian.nii", "second.nii.gz", "no_form.nii", "qform_left_handed.nii",
                           "lps_raw.nrrd", "ras_big.nrrd"}) {
    CAPTURE(name);
    Volume volume = readImage(goldenPath(std::string("images/") + name).string());
    volume.data = (volume.data > 0).to(at::kByte);
    const std::string path = folder / (std::string(name).ends_with(".nrrd") ? "label.nrrd" : "label.nii.gz");
    writeImage(path, volume, {.dtype = "uint8"});
    const Volume label = readImage(path);
    CHECK(label.affine == volume.affine);
    CHECK(at::equal(label.data, volume.data.to(at::kFloat)));
    CHECK(label.header.dtype == "uint8");
  }
}

TEST_CASE("values are rounded half to even") {
  TemporaryFolder folder;
  Volume volume;
  volume.data = at::tensor({0.5F, 1.5F, 2.5F, -0.4F, 255.4F}).reshape({1, 5, 1, 1});
  for (const char* dtype : {"uint8", "uint16", "int16", "uint32", "int32", "uint64", "int64"}) {
    writeImage(folder / "v.nii", volume, {.dtype = dtype});
    CHECK(at::equal(readImage(folder / "v.nii").data.flatten(), at::tensor({0.0F, 2.0F, 2.0F, 0.0F, 255.0F})));
  }
}

TEST_CASE("the ends of each integer type are written, what lies beyond is refused and leaves the old file") {
  TemporaryFolder folder;
  const auto write = [&](double value, const char* dtype) {
    Volume volume;
    volume.data = at::zeros({1, 3, 2, 2}, at::kDouble);
    volume.data[0][2][1][1] = value;
    writeImage(folder / "v.nii", volume, {.dtype = dtype});
    return readImage(folder / "v.nii").data[0][2][1][1].item<double>();
  };
  const auto refusal = [&](double value, const char* dtype) {
    try {
      write(value, dtype);
    } catch (const Error& error) {
      CHECK(toString(error.code()) == "INVALID_INPUT");
      return std::string(error.what());
    }
    return std::string();
  };
  for (const auto& [value, dtype] : {std::pair{255.0, "uint8"},
                                     {-128.0, "int8"},
                                     {65535.0, "uint16"},
                                     {-32768.0, "int16"},
                                     {-2147483648.0, "int32"}}) {
    CHECK(write(value, dtype) == value);
  }
  CHECK(refusal(300, "uint8") == "the value 300 at voxel [2, 1, 1] does not fit uint8; ask for uint16");
  CHECK(refusal(255.6, "uint8") == "the value 255.6 at voxel [2, 1, 1] does not fit uint8; ask for uint16");
  CHECK(refusal(-1, "uint16") == "the value -1 at voxel [2, 1, 1] does not fit uint16; ask for int16");
  CHECK(refusal(70000, "int16") == "the value 70000 at voxel [2, 1, 1] does not fit int16; ask for int32");
  CHECK(refusal(9223372036854775808.0, "int64").find("ask for float32") != std::string::npos);
  CHECK(refusal(NAN, "int32") == "the value nan at voxel [2, 1, 1] does not fit int32; ask for float32");
  CHECK(readImage(folder / "v.nii").data[0][2][1][1].item<double>() == -2147483648.0);
}

TEST_CASE("what cannot be written is refused and leaves nothing") {
  TemporaryFolder folder;
  const Volume volume = marked({});
  CHECK_THROWS_AS(writeImage(folder / "a.png", volume, {}), Error);
  CHECK_THROWS_AS(writeImage(folder / "a.nii", volume, {.dtype = "complex64"}), Error);
  CHECK_THROWS_AS(writeImage(folder / "no/such/folder/a.nii", volume, {}), Error);
  Volume wide = volume;
  wide.data = at::zeros({1, 40000, 1, 1});
  CHECK_THROWS_AS(writeImage(folder / "a.nii", wide, {}), Error);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a write that fails in the middle keeps the file that was there") {
  TemporaryFolder folder;
  Volume volume = marked({});
  writeImage(folder / "a.nii", volume, {.dtype = "uint8"});
  const std::string before = readText(folder / "a.nii");

  volume.data = at::rand({1, 64, 64, 64});
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit small{.rlim_cur = 100000, .rlim_max = limit.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  try {
    writeImage(folder / "a.nii", volume, {});
    FAIL_CHECK("it was written");
  } catch (const Error& error) {
    CHECK(toString(error.code()) == "IO");
  }
  setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, handler);

  CHECK(readText(folder / "a.nii") == before);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}
