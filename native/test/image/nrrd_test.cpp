// NRRD headers of all kinds; right values from ITK (SimpleITK 2.5), whose LPS is turned to RAS here.
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cmath>

#include "golden.hpp"
#include "image/image_file.hpp"
#include "temporary_folder.hpp"

using namespace mlabel;
using namespace mlabel::test;

namespace {

const std::string raw = "endian: little\nencoding: raw\n";

/// 2×2×1 voxels of int16 with 1, 2, 3, 4 in file order, or as many as the sizes say.
Volume read(const std::string& fields, std::string voxels = {}, const std::string& type = "short") {
  const TemporaryFolder folder;
  if (voxels.empty()) {
    for (char value = 1; value <= 16; ++value) voxels += {value, '\0'};
  }
  writeBytes(folder / "image.nrrd", "NRRD0005\ntype: " + type + "\n" + fields + "\n" + voxels);
  return readImage(folder / "image.nrrd");
}

std::string refusalOf(const std::string& fields, const std::string& voxels = {}, const std::string& type = "short") {
  try {
    read(fields, voxels, type);
  } catch (const Error& error) {
    const std::string text = error.what();
    return text.substr(text.find(": ") + 2);
  }
  return "it was read";
}

/// Diagonal and translation, RAS.
void checkBox(const Volume& volume, const Vector3& step, const Vector3& origin) {
  for (int row = 0; row < 3; ++row) {
    const auto r = static_cast<size_t>(row);
    for (int column = 0; column < 3; ++column) CHECK(volume.affine(row, column) == (row == column ? step[r] : 0));
    CHECK(volume.affine(row, 3) == origin[r]);
  }
}

at::Tensor fileOrder(const Volume& volume) { return volume.data.permute({0, 3, 2, 1}).flatten().to(at::kLong); }

at::Tensor numbers(std::initializer_list<int64_t> values) { return at::tensor(values, at::kLong); }

const std::string directions = "space: LPS\nspace directions: (1,0,0) (0,2,0) (0,0,3)\nspace origin: (10,20,30)\n";

}  // namespace

TEST_CASE("kinds say which axis is the list, with spacings as well as with directions") {
  for (const char* fields :
       {"sizes: 2 2 2 1\nkinds: list domain domain domain\nspacings: nan 1 2 3\n",
        "sizes: 2 2 2 1\nKinds: Vector SPACE space space\nspacings: 9 1 2 3\n", "sizes: 2 2 2 1\nspacings: nan 1 2 3\n",
        "sizes: 2 2 2 1\nspace directions: none (-1,0,0) (0,-2,0) (0,0,3)\nspace: RAS\n",
        "sizes: 2 2 2 1\nspace directions: (nan,nan,nan) (-1,0,0) (0,-2,0) (0,0,3)\nspace: RAS\n"}) {
    CAPTURE(fields);
    const Volume volume = read(std::string("dimension: 4\n") + fields + raw);
    CHECK(volume.header.shape == Shape3{2, 2, 1});
    CHECK(volume.header.channels == 2);
    checkBox(volume, {-1, -2, 3}, {0, 0, 0});
    CHECK(at::equal(fileOrder(volume), numbers({1, 3, 5, 7, 2, 4, 6, 8})));
  }
  for (const char* fields : {"kinds: domain domain domain list\nspacings: 1 2 3 nan\n", "spacings: 1 2 3 4\n", ""}) {
    const Volume volume = read(std::string("dimension: 4\nsizes: 2 2 1 2\n") + fields + raw);
    CHECK(volume.header.channels == 2);
    CHECK(at::equal(fileOrder(volume), numbers({1, 2, 3, 4, 5, 6, 7, 8})));
  }
}

TEST_CASE("a flat image with channels") {
  const Volume volume = read("dimension: 3\nsizes: 3 2 2\nkinds: RGB-color domain domain\nspacings: nan 2 3\n" + raw);
  CHECK(volume.header.shape == Shape3{2, 2, 1});
  CHECK(volume.header.dimensions == 2);
  CHECK(volume.header.channels == 3);
  checkBox(volume, {-2, -3, 1}, {0, 0, 0});
  const Volume upright =
      read("dimension: 2\nspace: RAS\nsizes: 2 2\nspace directions: (2,0,0) (0,0,3)\nspace origin: (1,2,3)\n" + raw);
  CHECK(upright.affine == Affine{{{{2, 0, 0, 1}, {0, 0, -1, 2}, {0, 3, 0, 3}, {0, 0, 0, 1}}}});
}

TEST_CASE("a list between the axes of space is refused") {
  for (const char* fields : {"kinds: domain list domain domain\nspacings: 1 nan 2 3\n",
                             "space: LPS\nspace directions: (1,0,0) none (0,2,0) (0,0,3)\n"}) {
    CHECK(refusalOf(std::string("dimension: 4\nsizes: 2 2 2 1\n") + fields + raw)
              .starts_with("has its channels on axis 2, between"));
  }
  CHECK(refusalOf("dimension: 4\nsizes: 2 2 2 1\nkinds: list list domain domain\n" + raw)
            .starts_with("has 2 axes that do not lie in space"));
}

TEST_CASE("without directions the axes are those of LPS, and axis mins lie half a voxel before the first centre") {
  const std::string sizes = "dimension: 3\nsizes: 2 2 1\nspacings: 1 2 3\n";
  checkBox(read(sizes + raw), {-1, -2, 3}, {0, 0, 0});
  CHECK(!read(sizes + raw).header.placed);
  checkBox(read(sizes + "axis mins: 10 20 30\n" + raw), {-1, -2, 3}, {-10.5, -21, 31.5});
  checkBox(read(sizes + "axis mins: 10 20 30\ncenterings: node cell ???\n" + raw), {-1, -2, 3}, {-10, -21, 31.5});
  checkBox(read(sizes + "axis mins: nan 20 30\n" + raw), {-1, -2, 3}, {0, 0, 0});
  checkBox(read("dimension: 3\nsizes: 2 2 1\nspacings: 1 -2 nan\n" + raw), {-1, 2, 1}, {0, 0, 0});
  checkBox(read("dimension: 3\nsizes: 2 2 1\nspace: RAS\nspace origin: (1,2,3)\n" + raw), {-1, -1, 1}, {1, 2, 3});
  CHECK(refusalOf("dimension: 3\nsizes: 2 2 1\nspacings: 1 2\n" + raw) == "has 3 axes and 2 spacings");
  CHECK(refusalOf("dimension: 3\nsizes: 2 2 1\nspacings: 1 2 wide\n" + raw) == "\"wide\" is not a number");
}

TEST_CASE("spaces: LPS, RAS and LAS by any spelling, others as LPS") {
  const auto box = [](const std::string& space) {
    return read("dimension: 3\nspace: " + space +
                "\nsizes: 2 2 1\nspace directions: (1,0,0) (0,2,0) (0,0,3)\nspace origin: (10,20,30)\n" + raw);
  };
  for (const char* lps : {"LPS", "lps", "Left-Posterior-Superior", "scanner-xyz", "3D-right-handed"})
    checkBox(box(lps), {-1, -2, 3}, {-10, -20, 30});
  for (const char* ras : {"RAS", "right-anterior-superior"}) checkBox(box(ras), {1, 2, 3}, {10, 20, 30});
  checkBox(box("LAS"), {-1, 2, 3}, {-10, 20, 30});
  CHECK(box("LPS").header.placed);
}

TEST_CASE("a space with time: one point in time is an image, more are not") {
  const auto fields = [](const std::string& space, const std::string& times) {
    return "dimension: 4\nspace: " + space + "\nsizes: 2 2 1 " + times +
           "\nspace directions: (1,0,0,0) (0,2,0,0) (0,0,3,0) (0,0,0,1)\nspace origin: (10,20,30,0)\n" + raw;
  };
  const Volume volume = read(fields("left-posterior-superior-time", "1"));
  CHECK(volume.header.channels == 1);
  checkBox(volume, {-1, -2, 3}, {-10, -20, 30});
  CHECK(refusalOf(fields("LPST", "2")) == "has 2 points in time; give a file of one of them");
  // A label of it is an ordinary file.
  const TemporaryFolder folder;
  writeImage(folder / "label.nrrd", volume, {.dtype = "uint8"});
  CHECK(readHeader(folder / "label.nrrd").affine == volume.affine);
  CHECK(refusalOf("dimension: 3\nspace: LPS\nsizes: 2 2 1\nspace directions: (1,0) (0,2) (0,0)\n" + raw) ==
        "has a vector of 2 numbers in a space of 3 dimensions");
}

TEST_CASE("capitals, plus signs and points without digits behind them") {
  const Volume volume = read(
      "Dimension: 3\nSpace: LPS\nSizes: 2 2 1\nSpace Directions: (+1.0,+0.0,0) (0,2.e+0,0) (0,0,3)\n"
      "Space Origin: (+10,20.,30)\nEndian: BIG\nEncoding: RAW\n",
      {}, "Short");
  checkBox(volume, {-1, -2, 3}, {-10, -20, 30});
  CHECK(at::equal(fileOrder(volume), numbers({256, 512, 768, 1024})));
}

TEST_CASE("lines and bytes before the voxels") {
  const std::string grid = "dimension: 3\nsizes: 2 2 1\n" + directions;
  const std::string voxels("\1\0\2\0\3\0\4\0", 8);
  for (const char* skip : {"line skip: 2\nbyte skip: 3\n", "byte skip: -1\n"}) {
    CHECK(at::equal(fileOrder(read(grid + skip + raw, "xx\nyyyy\nabc" + voxels)), numbers({1, 2, 3, 4})));
  }
  CHECK(refusalOf(grid + "byte skip: -1\n" + raw, "\1").starts_with("is too short"));
  CHECK(refusalOf(grid + "byte skip: -1\nencoding: gzip\nendian: little\n").find("with raw voxels only") !=
        std::string::npos);
  CHECK(refusalOf(grid + "byte skip: -2\n" + raw) == "has the byte skip \"-2\"");
  CHECK(refusalOf(grid + "line skip: 9\n" + raw) == "ends before its voxels begin");
  CHECK(refusalOf(grid + "line skip: 1\n" + raw, std::string((1 << 20) + 1, ' ')) ==
        "has more than 1 MiB in the lines to skip before its voxels");
  CHECK(refusalOf(grid + "byte skip: 900000000000\n" + raw) == "has the byte skip \"900000000000\"");
}

TEST_CASE("a file out of which nothing but blanks come is neither read for ever nor behind the caller's back") {
  const TemporaryFolder folder;
  const std::string grid = "NRRD0005\ntype: short\ndimension: 3\nsizes: 2 2 1\n" + directions + "encoding: ascii\n\n";
  writeBytes(folder / "blank.nrrd", grid + std::string(1 << 20, ' ') + "1 2 3 4");
  CHECK(at::equal(fileOrder(readImage(folder / "blank.nrrd")), numbers({1, 2, 3, 4})));
  CHECK_THROWS_WITH_AS(readImage(folder / "blank.nrrd", {}, {.maxBytes = 16}),
                       doctest::Contains("more comes out of it"), Error);
  StopFlag stop;
  stop.raise();
  CHECK_THROWS_WITH_AS(readHeader(folder / "blank.nrrd", JobContext(stop, {})), "the job was cancelled", Error);
}

TEST_CASE("voxels as text") {
  const std::string grid = "dimension: 3\nsizes: 2 2 1\n" + directions;
  for (const char* name : {"ascii", "text", "TXT"}) {
    CHECK(at::equal(fileOrder(read(grid + "encoding: " + name + "\n", "1, +2\n-300\t4 ")), numbers({1, 2, -300, 4})));
  }
  const at::Tensor floats =
      read(grid + "encoding: ascii\n", "1.5 -2 3e2 0", "float").data.permute({0, 3, 2, 1}).flatten();
  CHECK(at::equal(floats, at::tensor({1.5F, -2.0F, 300.0F, 0.0F})));
  CHECK(refusalOf(grid + "encoding: ascii\n", "1 2 300 ").starts_with("is truncated"));
  CHECK(refusalOf(grid + "encoding: ascii\n", "1 2").starts_with("is too short"));
  CHECK(refusalOf(grid + "encoding: ascii\n", "1 2 3 four") == "\"four\" among the voxels is not int16");
  CHECK(refusalOf(grid + "encoding: ascii\n", "1 2 3 40000") == "\"40000\" among the voxels is not int16");
  CHECK(refusalOf(grid + "encoding: ascii\n", std::string(1000, '1')).find("among the voxels is not a number") !=
        std::string::npos);
}

TEST_CASE("voxels as hexadecimal digits") {
  const std::string grid = "dimension: 3\nsizes: 2 2 1\n" + directions + "encoding: hex\n";
  CHECK(at::equal(fileOrder(read(grid, "0A fF\n01 0 2", "uchar")), numbers({10, 255, 1, 2})));
  CHECK(at::equal(fileOrder(read(grid + "endian: big\n", "0001000200030100")), numbers({1, 2, 3, 256})));
  CHECK(refusalOf(grid, "0A fF\n01 0", "uchar").starts_with("is truncated"));
  CHECK(refusalOf(grid, "0A fF 0x 00", "uchar") == "\"x\" among the voxels is not a hexadecimal digit");
}
