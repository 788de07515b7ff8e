// Where NIfTI headers say that their voxels lie; right values from SimpleITK 2.5 and nibabel 5.4.
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "golden.hpp"
#include "image/image_file.hpp"
#include "temporary_folder.hpp"

using namespace mlabel;
using namespace mlabel::test;

namespace {

/// Fields of a header of 5×4×3 voxels of 2×2×3.
struct Position {
  int16_t sformCode = 0;
  int16_t qformCode = 0;
  std::array<float, 12> srow{2, 0, 0, 10, 0, 2, 0, 20, 0, 0, 3, 30};
  std::array<float, 6> quatern{0, 0, 0, 10, 20, 30};
  std::array<float, 4> pixdim{1, 2, 2, 3};
  char units = 2;
  std::array<int16_t, 5> dim{3, 5, 4, 3, 1};
};

void write(const std::string& path, const Position& position) {
  std::string bytes = readText(goldenPath("images/type_int16.nii"));
  const auto put = [&](size_t offset, const auto& value) { std::memcpy(bytes.data() + offset, &value, sizeof value); };
  put(40, position.dim);
  put(76, position.pixdim);
  put(123, position.units);
  put(252, position.qformCode);
  put(254, position.sformCode);
  put(256, position.quatern);
  put(280, position.srow);
  writeBytes(path, bytes);
}

ImageHeader headerOf(const Position& position) {
  const TemporaryFolder folder;
  write(folder / "image.nii", position);
  return readHeader(folder / "image.nii");
}

Affine box(Vector3 step, Vector3 origin) {
  Affine affine;
  for (int axis = 0; axis < 3; ++axis) {
    affine(axis, axis) = step[static_cast<size_t>(axis)];
    affine(axis, 3) = origin[static_cast<size_t>(axis)];
  }
  return affine;
}

void checkNear(const Affine& a, const Affine& b) {
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 4; ++column) CHECK(a(row, column) == doctest::Approx(b(row, column)).epsilon(1e-6));
  }
}

void checkOthers(const ImageHeader& header, const std::vector<Affine>& expected) {
  REQUIRE(header.otherReadings.size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) checkNear(header.otherReadings[i], expected[i]);
}

const Affine here = box({2, 2, 3}, {10, 20, 30});

}  // namespace

TEST_CASE("one form, or two that agree, leave no other reading") {
  for (const Position& position :
       {Position{.sformCode = 1}, Position{.qformCode = 1}, Position{.sformCode = 2, .qformCode = 1}}) {
    const ImageHeader header = headerOf(position);
    checkNear(header.affine, here);
    CHECK(header.placed);
    CHECK(header.otherReadings.empty());
  }
}

TEST_CASE("where sform and qform differ, the sform is taken and the qform is the other reading") {
  // A half turn about x: y and z point the other way.
  const ImageHeader header = headerOf({.sformCode = 2, .qformCode = 1, .quatern = {1, 0, 0, 10, 26, 36}});
  checkNear(header.affine, here);
  checkOthers(header, {box({2, -2, -3}, {10, 26, 36})});
}

TEST_CASE(
    "a sform that contradicts pixdim: MONAI takes the qform, ITK the directions of the sform and the steps of pixdim") {
  const ImageHeader header =
      headerOf({.sformCode = 1, .srow = {-2, 0, 0, 10, 0, 2, 0, 20, 0, 0, 3, 30}, .pixdim = {1, 4, 4, 5}});
  checkNear(header.affine, box({4, 4, 5}, {10, 20, 30}));
  checkOthers(header, {box({-2, 2, 3}, {10, 20, 30}), box({-4, 4, 5}, {10, 20, 30})});
}

TEST_CASE("without codes: nibabel centres and flips x, the standard and ITK begin at 0 in their own worlds") {
  const ImageHeader header = headerOf({});
  CHECK(!header.placed);
  checkNear(header.affine, box({-2, 2, 3}, {4, -3, -3}));
  checkOthers(header, {box({2, 2, 3}, {0, 0, 0}), box({-2, -2, 3}, {0, 0, 0})});
}

TEST_CASE("a code below 1 is none") {
  const ImageHeader header = headerOf({.sformCode = -1, .qformCode = -3});
  CHECK(!header.placed);
  checkNear(header.affine, box({-2, 2, 3}, {4, -3, -3}));
  checkNear(headerOf({.sformCode = -1, .qformCode = 1, .quatern = {0, 0, 0, 7, 8, 9}}).affine,
            box({2, 2, 3}, {7, 8, 9}));
}

TEST_CASE("metres and microns become millimetres; what nibabel makes of them is another reading") {
  // The unit of time in the higher bits does not matter.
  for (const char units : {1, 1 + 16}) {
    const ImageHeader metre = headerOf({.sformCode = 1, .qformCode = 1, .units = units});
    checkNear(metre.affine, box({2000, 2000, 3000}, {10000, 20000, 30000}));
    checkOthers(metre, {here});
  }
  const ImageHeader micron = headerOf({.qformCode = 1, .units = 3});
  checkNear(micron.affine, box({0.002, 0.002, 0.003}, {0.01, 0.02, 0.03}));
  checkOthers(micron, {here});
  CHECK(headerOf({.units = 1}).otherReadings.size() == 5);
  for (const char units : {0, 7}) checkNear(headerOf({.sformCode = 1, .units = units}).affine, here);
}

TEST_CASE("an empty sform gives way to a sound qform, with a time axis too") {
  for (const int16_t rank : {3, 4}) {
    const ImageHeader header = headerOf({.sformCode = 1, .qformCode = 1, .srow = {}, .dim = {rank, 5, 4, 3, 1}});
    checkNear(header.affine, here);
    CHECK(header.otherReadings.empty());
  }
  CHECK_THROWS_AS(headerOf({.sformCode = 1, .qformCode = 0, .srow = {}, .dim = {4, 5, 4, 3, 1}}), Error);
}

TEST_CASE("axes after the second that say 0 count as 1") {
  CHECK(headerOf({.sformCode = 1, .dim = {4, 5, 4, 3, 0}}).shape == Shape3{5, 4, 3});
  CHECK(headerOf({.sformCode = 1, .dim = {3, 5, 4, 0, 1}}).shape == Shape3{5, 4, 1});
  CHECK_THROWS_AS(headerOf({.sformCode = 1, .dim = {4, 5, 4, 3, -1}}), Error);
}

TEST_CASE("a label lies where its image lies, whatever the header of the image is like") {
  const TemporaryFolder folder;
  const Position positions[] = {
      {.sformCode = 1, .units = 1},
      {.qformCode = 1, .units = 3},
      {.units = 1},
      {.sformCode = 1, .qformCode = 1, .srow = {}, .dim = {4, 5, 4, 3, 1}},
      // In four dimensions the sform stands although it contradicts pixdim; a label has three.
      {.sformCode = 1, .qformCode = 1, .quatern = {0, 0, 0, 7, 8, 9}, .pixdim = {1, 4, 4, 5}, .dim = {4, 5, 4, 3, 1}},
  };
  for (const Position& position : positions) {
    write(folder / "image.nii", position);
    Volume volume = readImage(folder / "image.nii");
    volume.data = (volume.data > 0).to(at::kByte);
    writeImage(folder / "label.nii.gz", volume, {.dtype = "uint8"});
    checkNear(readHeader(folder / "label.nii.gz").affine, volume.affine);
  }
  // Metres stay metres, so that programs that do not convert see both at one place too.
  write(folder / "image.nii", positions[0]);
  Volume volume = readImage(folder / "image.nii");
  writeImage(folder / "label.nii", volume, {.dtype = "int16"});
  CHECK(readText(folder / "label.nii").substr(252, 76) == readText(folder / "image.nii").substr(252, 76));
  CHECK(readText(folder / "label.nii")[123] == 1);
}
