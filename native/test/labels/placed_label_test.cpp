// Labels from file to the grid of their image, and what is found in them on the way.
#include "labels/placed_label.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "image/image_file.hpp"
#include "labels/label_facts.hpp"
#include "runtime/error.hpp"
#include "temporary_folder.hpp"

using namespace mlabel;

namespace {

Affine steps(const Vector3& spacing, const Vector3& origin) {
  Affine affine;
  for (int axis = 0; axis < 3; ++axis) {
    affine(axis, axis) = spacing[static_cast<size_t>(axis)];
    affine(axis, 3) = origin[static_cast<size_t>(axis)];
  }
  return affine;
}

const Affine place3mm = steps({3, 3, 3}, {-10, 20, 30});

/// An image of 6×5×4 voxels in the folder.
std::string writeGrid(const test::TemporaryFolder& folder) {
  const std::string path = folder / "image.nii.gz";
  writeImage(path, {at::rand({1, 6, 5, 4}), place3mm, {}}, {.dtype = "float32"});
  return path;
}

std::string refusal(const std::string& label, const std::string& image) {
  try {
    labelFacts(label, image);
  } catch (const Error& error) {
    return std::string(toString(error.code())) + " " + error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("the values of a label are counted, and it comes out with those that were asked for") {
  const test::TemporaryFolder folder;
  const std::string image = writeGrid(folder), label = folder / "label.nii.gz";
  at::Tensor voxels = at::zeros({1, 6, 5, 4}, at::kInt);
  voxels[0][1][2][3] = 40000;
  voxels[0][5][4] = 7;
  writeImage(label, {voxels, place3mm, {}}, {.dtype = "int32"});
  const LabelFacts facts = labelFacts(label, image);
  CHECK((facts.layers == std::vector<std::map<int64_t, int64_t>>{{{7, 4}, {40000, 1}}}));
  CHECK(facts.placement.kind == Placement::Kind::Same);

  CHECK(placedLabel(label, image, std::nullopt).data.equal(voxels));
  // A list without entries means that nothing in the file is wanted.
  CHECK(placedLabel(label, image, LabelValues{}).data.sum().item<int64_t>() == 0);
  const Volume asked = placedLabel(label, image, LabelValues{{0, 40000, 1, "spleen"}});
  CHECK(asked.data.equal(voxels.eq(40000).to(at::kByte)));
  CHECK(asked.affine == readHeader(image).affine);
}

TEST_CASE("a structure that nearest neighbour loses is named") {
  const test::TemporaryFolder folder;
  const std::string image = writeGrid(folder), label = folder / "fine.nii";
  at::Tensor voxels = at::zeros({1, 18, 15, 12}, at::kByte);
  voxels[0].slice(0, 0, 9).fill_(1);
  voxels[0][16][13][11] = 2;  // the centres of the image's voxels are 1, 4, 7, …
  writeImage(label, {voxels, steps({1, 1, 1}, {-11, 19, 29}), {}}, {.dtype = "uint8"});
  const LabelFacts facts = labelFacts(label, image);
  CHECK(facts.placement.kind == Placement::Kind::Resampled);
  CHECK(facts.vanished == std::vector<int64_t>{2});
  CHECK(placedLabel(label, image, std::nullopt).data.sum().item<int64_t>() == 3 * 5 * 4);
}

TEST_CASE("an image is no label") {
  const test::TemporaryFolder folder;
  const std::string image = folder / "large.nii", label = folder / "ct.nii";
  const at::Tensor voxels = at::arange(1200, at::kInt).view({1, 12, 10, 10});
  writeImage(image, {voxels, {}, {}}, {.dtype = "int16"});
  writeImage(label, {voxels, {}, {}}, {.dtype = "int16"});
  CHECK(refusal(label, image) == "UNFIT_LABEL " + label +
                                     ": holds more than 1000 different values, as an image does; a label has one value "
                                     "for each structure");
}

TEST_CASE("half a label file is no label") {
  const test::TemporaryFolder folder;
  const std::string image = writeGrid(folder), label = folder / "label.nii";
  writeImage(label, {at::ones({1, 6, 5, 4}, at::kByte), place3mm, {}}, {.dtype = "uint8"});
  std::filesystem::resize_file(label, 400);
  CHECK(refusal(label, image).starts_with("INVALID_FILE"));
}

TEST_CASE("layers without a word about them have no meaning, and overlaps are counted") {
  const test::TemporaryFolder folder;
  const std::string image = writeGrid(folder), label = folder / "layers.nrrd";
  at::Tensor voxels = at::zeros({2, 6, 5, 4}, at::kByte);
  voxels[0].slice(0, 0, 3).fill_(1);
  voxels[1].slice(0, 2, 4).fill_(5);
  writeImage(label, {voxels, place3mm, {}}, {.dtype = "uint8"});
  CHECK_THROWS_WITH_AS(placedLabel(label, image, std::nullopt).data,
                       (label + ": has 2 layers and nothing says what their values mean").c_str(), Error);
  const LabelFacts facts = labelFacts(label, image);
  CHECK((facts.layers == std::vector<std::map<int64_t, int64_t>>{{{1, 60}}, {{5, 40}}}));
  CHECK((facts.overlaps == std::map<LabelFacts::Pair, int64_t>{{{0, 1, 1, 5}, 20}}));
}
