// The operations on files: readHeader, convertImage, dice, writePhantom.
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <filesystem>

#include "image/image_file.hpp"
#include "run_operation.hpp"
#include "runtime/runtime.hpp"
#include "temporary_folder.hpp"

using namespace mlabel;

namespace {

Json answer(const std::string& operation, const Json& options) {
  Runtime runtime;
  return test::runOperation(operation, options, runtime).json;
}

/// A row of voxels along i, in an oblique PIR grid.
void writeRow(const std::string& path, const std::vector<float>& values, const std::string& dtype = "int16") {
  const auto size = static_cast<int64_t>(values.size());
  Volume volume;
  volume.data = at::tensor(values).reshape({1, size, 1, 1});
  volume.affine = {{{{0.1, 0, 4, 7}, {-2, 0.1, 0.2, -3}, {0, -3, 0.1, 11}, {0, 0, 0, 1}}}};
  volume.header.affine = volume.affine;
  volume.header.shape = {size, 1, 1};
  writeImage(path, volume, {.dtype = dtype});
}

Json diceOf(const test::TemporaryFolder& folder, const std::vector<float>& prediction,
            const std::vector<float>& reference) {
  writeRow(folder / "prediction.nii.gz", prediction);
  writeRow(folder / "reference.nrrd", reference);
  return answer("dice", {{"prediction", folder / "prediction.nii.gz"}, {"reference", folder / "reference.nrrd"}});
}

}  // namespace

TEST_CASE("dice: counted by hand") {
  const test::TemporaryFolder folder;
  const Json both = diceOf(folder, {0, 1, 1, 2, 2, 0}, {0, 1, 2, 2, 2, 0});
  CHECK(both["dice"]["1"].get<double>() == doctest::Approx(2.0 * 1 / (2 + 1)));
  CHECK(both["dice"]["2"].get<double>() == doctest::Approx(2.0 * 2 / (2 + 3)));
  CHECK(both["mean"].get<double>() == doctest::Approx((2.0 / 3 + 4.0 / 5) / 2));

  const Json missed = diceOf(folder, {0, 0, 3, 0}, {1, 1, 0, 0});
  CHECK(missed["dice"] == Json({{"1", 0.0}}));
  CHECK(diceOf(folder, {0, 1}, {0, 1})["mean"] == 1.0);
  CHECK(diceOf(folder, {0, 1}, {0, 0})["dice"].empty());
  CHECK_THROWS_AS(diceOf(folder, {0, 1, 0}, {0, 1}), Error);
}

TEST_CASE("convertImage: another format, type and compression, the same voxels in the same place") {
  const test::TemporaryFolder folder;
  const std::vector<float> values = {-1000, 0, 40, 300};
  writeRow(folder / "source.nii.gz", values);
  const Json source = answer("readHeader", {{"path", folder / "source.nii.gz"}});
  CHECK(source["format"] == "nifti1");
  CHECK(source["compressed"] == true);
  CHECK(source["shape"] == Json({4, 1, 1}));
  CHECK(source["orientation"] == "PIR");

  for (const auto& [name, dtype] :
       {std::pair{"plain.nii", "int16"}, {"float.nii.gz", "float32"}, {"other.nrrd", "int32"}}) {
    CAPTURE(name);
    const Json options = {{"input", folder / "source.nii.gz"}, {"output", folder / name}, {"dtype", dtype}};
    const Json converted = answer("convertImage", options);
    CHECK(converted["dtype"] == dtype);
    CHECK(converted["shape"] == source["shape"]);
    CHECK(converted["orientation"] == "PIR");
    for (int row = 0; row < 4; ++row) {
      for (int column = 0; column < 4; ++column) {
        const auto expected = source["affine"][row][column].get<double>();
        CHECK(converted["affine"][row][column].get<double>() == doctest::Approx(expected).epsilon(1e-5));
      }
    }
    CHECK(at::equal(readImage(folder / name).data.flatten(), at::tensor(values)));
  }
  const Json kept = answer("convertImage", {{"input", folder / "source.nii.gz"}, {"output", folder / "kept.nii"}});
  CHECK(kept["dtype"] == "int16");
  CHECK_THROWS_AS(makeOperation("convertImage", {{"input", "a"}, {"output", "b"}, {"dtype", "complex64"}}), Error);
}

TEST_CASE("thumbnail: the middle axial slice, right of the patient on the left, anterior above") {
  const test::TemporaryFolder folder;
  Volume volume;
  // 4 × 2 × 3 voxels in RAS, 1 × 2 × 1 mm; in the middle slice 10 at the right back and 20 at the left front.
  volume.data = at::zeros({1, 4, 2, 3});
  volume.data[0][3][0][1] = 10;
  volume.data[0][0][1][1] = 20;
  volume.affine = {{{{1, 0, 0, 0}, {0, 2, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}}};
  volume.header.affine = volume.affine;
  volume.header.shape = {4, 2, 3};
  for (const char* name : {"image.nii.gz", "image.nrrd"}) {
    writeImage(folder / name, volume, {.dtype = "int16"});
    Runtime runtime;
    const Answer picture = test::runOperation("thumbnail", {{"path", folder / name}, {"size", 4}}, runtime);
    CHECK(picture.json == Json{{"width", 4}, {"height", 4}});
    const Buffer& pixels = picture.buffers.at("pixels");
    REQUIRE(pixels.size == 16);
    const auto pixel = [&](int row, int column) { return pixels.data[row * 4 + column]; };
    CHECK(pixel(0, 3) == 255);
    CHECK(pixel(1, 3) == 255);
    CHECK(pixel(2, 0) > 100);
    CHECK(pixel(3, 0) > 100);
    CHECK(pixel(0, 0) == 0);
    CHECK(pixel(3, 3) == 0);
  }
  CHECK_THROWS_AS(makeOperation("thumbnail", {{"path", "a"}, {"size", 0}}), Error);
}

TEST_CASE("writePhantom: an image and its label on one grid, the names of the labels in the order of their values") {
  const test::TemporaryFolder folder;
  const Json options = {{"seed", 3}, {"image", folder / "image.nii.gz"}, {"label", folder / "label.nii.gz"}};
  CHECK(answer("writePhantom", options).dump() ==
        R"({"labels":{"spleen":1,"liver":2,"right kidney":3,"left kidney":4}})");
  const Json image = answer("readHeader", {{"path", folder / "image.nii.gz"}});
  const Json label = answer("readHeader", {{"path", folder / "label.nii.gz"}});
  CHECK(image["dtype"] == "int16");
  CHECK(label["dtype"] == "uint8");
  CHECK(image["affine"] == label["affine"]);
  CHECK(image["shape"] == label["shape"]);
  CHECK(readImage(folder / "label.nii.gz").data.max().item<double>() == 4);
  CHECK_THROWS_AS(makeOperation("writePhantom", {{"seed", -1}, {"image", "a"}, {"label", "b"}}), Error);
}
