// Label values: exact, whatever type stores them, or refused by name.
#include "image/read_label.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "golden.hpp"
#include "temporary_folder.hpp"

using namespace mlabel;
using namespace mlabel::test;

namespace {

/// 2×2×1 voxels of an NRRD file.
template <class T, size_t count>
std::string nrrd(const std::string& type, const std::array<T, count>& values,
                 const std::string& shape = "dimension: 3\nsizes: 2 2 1\n") {
  const std::string header = "NRRD0004\ntype: " + type + "\n" + shape + "endian: little\nencoding: raw\n\n";
  return header + std::string(reinterpret_cast<const char*>(values.data()), sizeof values);
}

at::Tensor valuesOf(const std::string& bytes) {
  const TemporaryFolder folder;
  writeBytes(folder / "label", bytes);
  const Volume label = readLabel(folder / "label");
  std::vector<int32_t> streamed;
  streamLabel(folder / "label", [&](const int32_t* values, size_t count, uint64_t first) {
    CHECK(first == streamed.size());
    streamed.insert(streamed.end(), values, values + count);
  });
  if (label.data.size(0) == 1)
    CHECK(at::equal(label.data.permute({0, 3, 2, 1}).flatten().to(at::kInt), at::tensor(streamed)));
  return label.data;
}

std::string refusalOfLabel(const std::string& bytes) {
  try {
    valuesOf(bytes);
  } catch (const Error& error) {
    CHECK(toString(error.code()) == "UNFIT_LABEL");
    const std::string text = error.what();
    return text.substr(text.find(": ") + 2);
  }
  return "it was read";
}

at::Tensor rows(std::initializer_list<int32_t> values) {
  return at::tensor(values, at::kInt).reshape({1, 1, 2, 2}).permute({0, 3, 2, 1});
}

}  // namespace

TEST_CASE("labels hold the numbers that images hold, of every type and layout") {
  for (const char* name : {"type_uint8.nii", "type_int8.nii", "type_int16.nii", "type_uint16.nii", "type_int32.nii",
                           "type_uint32.nii", "type_int64.nii", "type_uint64.nii", "big_endian.nii", "second.nii.gz",
                           "channels.nii", "lps_gzip.nrrd", "ras_big.nrrd"}) {
    CAPTURE(name);
    const std::string path = goldenPath(std::string("images/") + name).string();
    const Volume image = readImage(path);
    const Volume label = readLabel(path);
    CHECK(at::equal(label.data.to(at::kFloat), image.data));
    CHECK(label.data.strides() == image.data.strides());
    CHECK(label.affine == image.affine);
    CHECK((label.data.scalar_type() == at::kByte) == (label.header.dtype == "uint8"));
  }
}

TEST_CASE("values beyond the exact floats stay what they are, up to 2^31 - 1") {
  CHECK(at::equal(valuesOf(nrrd("int", std::array<int32_t, 4>{16777217, 2147483647, -2147483647, 0})),
                  rows({16777217, 2147483647, -2147483647, 0})));
  CHECK(at::equal(valuesOf(nrrd("int64", std::array<int64_t, 4>{1, 2, 3, 2147483647})), rows({1, 2, 3, 2147483647})));
  CHECK(refusalOfLabel(nrrd("int64", std::array<int64_t, 4>{1, 2, 3000000000, 0})) ==
        "the value 3000000000 at voxel [0, 1, 0] is too large; the values of a label go up to 2147483647");
  CHECK(refusalOfLabel(nrrd("uint", std::array<uint32_t, 4>{1, 4294967295, 2, 0}))
            .starts_with("the value 4294967295 at voxel [1, 0, 0]"));
  CHECK(refusalOfLabel(nrrd("int", std::array<int32_t, 4>{std::numeric_limits<int32_t>::min(), 0, 0, 0}))
            .starts_with("the value -2147483648"));
}

TEST_CASE("float labels are read where every value is whole, and refused with the first that is not") {
  CHECK(at::equal(valuesOf(nrrd("float", std::array<float, 4>{0, 1, 2.0004F, 254.9996F})), rows({0, 1, 2, 255})));
  CHECK(at::equal(valuesOf(nrrd("double", std::array<double, 4>{0, -1, 3, 16777217})), rows({0, -1, 3, 16777217})));
  CHECK(refusalOfLabel(nrrd("float", std::array<float, 4>{0, 1, 0.5F, 0.9882F})) ==
        "the value 0.5 at voxel [0, 1, 0] is not a whole number; a label holds whole numbers");
  CHECK(refusalOfLabel(nrrd("float", std::array<float, 4>{0, 1, 0, 0.9882F}))
            .starts_with("the value 0.9882 at voxel [1, 1, 0] is not a whole"));
  CHECK(refusalOfLabel(nrrd("float", std::array<float, 4>{0, std::nanf(""), 0, 0}))
            .starts_with("the value nan at voxel [1, 0, 0] is not a whole"));
  CHECK(refusalOfLabel(nrrd("float", std::array<float, 4>{INFINITY, 0, 0, 0}))
            .starts_with("the value inf at voxel [0, 0, 0]"));
  CHECK(refusalOfLabel(nrrd("double", std::array<double, 4>{1e300, 0, 0, 0}))
            .starts_with("the value 1e+300 at voxel [0, 0, 0] is too large"));
}

TEST_CASE("slope and intercept count: a label whose scaled values are not whole is refused") {
  const TemporaryFolder folder;
  std::string bytes = readText(goldenPath("images/type_uint8.nii"));
  const auto scaledBy = [&](float slope, float intercept) {
    std::memcpy(bytes.data() + 112, &slope, sizeof slope);
    std::memcpy(bytes.data() + 116, &intercept, sizeof intercept);
    return bytes;
  };
  const at::Tensor stored = valuesOf(scaledBy(1, 0)).to(at::kInt);
  CHECK(at::equal(valuesOf(scaledBy(2, -3)), stored * 2 - 3));
  CHECK(refusalOfLabel(scaledBy(0.1F, 0)).find("is not a whole number") != std::string::npos);
}

TEST_CASE("layers in front and behind") {
  const std::array<uint8_t, 8> front{1, 10, 2, 20, 3, 30, 4, 40}, behind{1, 2, 3, 4, 10, 20, 30, 40};
  const at::Tensor expected =
      at::tensor({1, 2, 3, 4, 10, 20, 30, 40}, at::kByte).reshape({2, 1, 2, 2}).permute({0, 3, 2, 1});
  const std::string directions = "space: LPS\nspace origin: (0,0,0)\n";
  CHECK(at::equal(valuesOf(nrrd("uchar", front,
                                "dimension: 4\nsizes: 2 2 2 1\n" + directions +
                                    "space directions: none (1,0,0) (0,1,0) (0,0,1)\n")),
                  expected));
  CHECK(at::equal(valuesOf(nrrd("uchar", behind,
                                "dimension: 4\nsizes: 2 2 1 2\n" + directions +
                                    "space directions: (1,0,0) (0,1,0) (0,0,1) none\n")),
                  expected));
  const std::array<float, 8> broken{1, 10, 2, 20, 3, 30.5F, 4, 40};
  CHECK(refusalOfLabel(
            nrrd("float", broken,
                 "dimension: 4\nsizes: 2 2 2 1\n" + directions + "space directions: none (1,0,0) (0,1,0) (0,0,1)\n"))
            .starts_with("the value 30.5 at voxel [0, 1, 0] of channel 1 "));
}

TEST_CASE("a label that ends early or is damaged is not read") {
  const TemporaryFolder folder;
  const std::string whole = readText(goldenPath("images/lps_gzip.nrrd"));
  writeBytes(folder / "cut.nrrd", whole.substr(0, whole.size() - 20));
  CHECK_THROWS_AS(readLabel(folder / "cut.nrrd"), Error);
  CHECK_THROWS_AS(streamLabel(folder / "cut.nrrd", [](const int32_t*, size_t, uint64_t) {}), Error);
}
