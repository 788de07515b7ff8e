// Where a label lies on its image, by headers alone and with voxels.
#include "labels/placement.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cmath>

#include "labels/label_values.hpp"
#include "runtime/error.hpp"

using namespace mlabel;

namespace {

/// An affine with these steps along the axes of the world, turned about z by `angle`.
Affine affineOf(const Vector3& steps, const Vector3& origin, double angle = 0) {
  Affine affine;
  const double c = std::cos(angle), s = std::sin(angle);
  affine.m = {{{c * steps[0], -s * steps[1], 0, origin[0]},
               {s * steps[0], c * steps[1], 0, origin[1]},
               {0, 0, steps[2], origin[2]},
               {0, 0, 0, 1}}};
  return affine;
}

ImageHeader headerOf(const Shape3& shape, const Affine& affine) {
  ImageHeader header;
  header.shape = shape;
  header.affine = affine;
  header.placed = true;
  return header;
}

std::string refusal(const ImageHeader& label, const ImageHeader& image) {
  try {
    placementOf(label, image);
  } catch (const Error& error) {
    CHECK((error.code() == ErrorCode::UnfitLabel));
    return error.what();
  }
  return "accepted";
}

/// 1 in the voxel nearest to a point of the world, in file-order memory as files are read.
at::Tensor dotAt(const ImageHeader& header, const Vector3& point) {
  const Vector3 index = header.affine.inverse().apply(point);
  const at::Tensor data = at::zeros({1, header.shape[2], header.shape[1], header.shape[0]}, at::kByte);
  const at::Tensor turned = data.permute({0, 3, 2, 1});
  at::Tensor voxel = turned[0];
  for (const double each : {index[0], index[1], index[2]}) voxel = voxel[std::llround(each)];
  voxel.fill_(1);
  return turned;
}

const Shape3 shape{24, 20, 16};
const Affine oblique = affineOf({1.5, 1.5, 3}, {-17, 9, 40}, 0.3);

}  // namespace

TEST_CASE("a grid is the same within 1e-3 of a voxel, measured at its far end") {
  const ImageHeader image = headerOf(shape, oblique);
  CHECK(placementOf(image, image).kind == Placement::Kind::Same);
  Affine near = oblique;
  near(0, 3) += 1e-3;
  CHECK(placementOf(headerOf(shape, near), image).kind == Placement::Kind::Same);
  // 23 voxels away from the origin this is 0.002 of a voxel.
  Affine wider = oblique;
  for (int row = 0; row < 3; ++row) wider(row, 0) *= 1.0001;
  CHECK(placementOf(headerOf(shape, wider), image).kind == Placement::Kind::Resampled);
}

TEST_CASE("a label in any of the 48 axis orders comes onto its image where it was") {
  const ImageHeader image = headerOf(shape, oblique);
  const Vector3 point = oblique.apply({5, 13, 11});
  const at::Tensor wanted = dotAt(image, point);
  int orders = 0;
  std::array<int, 3> axes{0, 1, 2};
  do {
    for (int flips = 0; flips < 8; ++flips, ++orders) {
      // Index of the label → index of the image.
      Affine turn;
      turn.m = {};
      turn(3, 3) = 1;
      Shape3 turned;
      for (int axis = 0; axis < 3; ++axis) {
        const int from = axes[static_cast<size_t>(axis)];
        const bool flip = (flips >> axis & 1) != 0;
        turned[static_cast<size_t>(axis)] = shape[static_cast<size_t>(from)];
        turn(from, axis) = flip ? -1 : 1;
        turn(from, 3) = flip ? static_cast<double>(shape[static_cast<size_t>(from)] - 1) : 0;
      }
      const ImageHeader label = headerOf(turned, oblique * turn);
      const Placement placement = placementOf(label, image);
      const bool asItIs = flips == 0 && axes == std::array<int, 3>{0, 1, 2};
      CHECK((placement.kind == (asItIs ? Placement::Kind::Same : Placement::Kind::Reordered)));
      CHECK(place(dotAt(label, point), placement).equal(wanted));
    }
  } while (std::next_permutation(axes.begin(), axes.end()));
  CHECK(orders == 48);
}

TEST_CASE("placing ends when the job is stopped") {
  StopFlag stop;
  stop.raise();
  const JobContext stopped(stop, {});
  Affine shift;
  shift(0, 3) = 1;
  const ImageHeader image = headerOf(shape, oblique), crop = headerOf({10, 12, 9}, oblique * shift);
  const at::Tensor label = at::zeros({1, 10, 12, 9}, at::kByte);
  CHECK_THROWS_WITH_AS(place(label, placementOf(crop, image), stopped), "the job was cancelled", Error);
  CHECK_THROWS_WITH_AS(mergeLayers(label, {{0, 1, 1, ""}}, stopped), "the job was cancelled", Error);
}

TEST_CASE("crops, coarser and finer grids are brought to the image's by nearest neighbour") {
  const ImageHeader image = headerOf(shape, oblique);
  const Vector3 point = oblique.apply({6, 8, 10});

  Affine shift;
  shift(0, 3) = 4;
  shift(1, 3) = 2;
  shift(2, 3) = 3;
  const ImageHeader crop = headerOf({10, 12, 9}, oblique * shift);
  Placement placement = placementOf(crop, image);
  CHECK(placement.kind == Placement::Kind::Resampled);
  CHECK(place(dotAt(crop, point), placement).equal(dotAt(image, point)));

  // Twice as coarse over the same box: one voxel of it is 2×2×2 of the image's.
  Affine coarser = affineOf({2, 2, 2}, {0.5, 0.5, 0.5});
  const ImageHeader coarse = headerOf({12, 10, 8}, oblique * coarser);
  const at::Tensor block = place(dotAt(coarse, (oblique * coarser).apply({3, 4, 5})), placementOf(coarse, image));
  CHECK(block.sum().item<int64_t>() == 8);
  for (const int64_t i : {6, 7}) {
    for (const int64_t k : {10, 11}) CHECK(block[0][i][8][k].item<int64_t>() == 1);
  }

  const ImageHeader fine = headerOf({48, 40, 32}, oblique * affineOf({0.5, 0.5, 0.5}, {-0.25, -0.25, -0.25}));
  const at::Tensor filled = at::ones({1, 32, 40, 48}, at::kInt).permute({0, 3, 2, 1});
  CHECK(place(filled, placementOf(fine, image)).equal(at::ones({1, 24, 20, 16}, at::kInt)));
}

TEST_CASE("a label that lies elsewhere is refused with both shapes, spacings and positions") {
  const ImageHeader image = headerOf(shape, affineOf({3, 3, 3}, {-30, -20, -10}));
  CHECK(refusal(headerOf({20, 20, 20}, affineOf({1, 1, 1}, {500, 0, 0})), image) ==
        "the label does not lie on its image: it has 20×20×20 voxels of 1×1×1 mm, RAS, from (500, 0, 0) mm; the image "
        "has 24×20×16 voxels of 3×3×3 mm, RAS, from (-30, -20, -10) mm. Save it with the image's own geometry, for "
        "example on the image as reference volume");

  SUBCASE("larger than the image") {
    CHECK(refusal(headerOf({30, 26, 22}, affineOf({3, 3, 3}, {-39, -29, -19})), image) != "accepted");
  }
  SUBCASE("the unit affine, whose box happens to lie inside the image's") {
    CHECK(refusal(headerOf(shape, {}), image) != "accepted");
    CHECK(refusal(headerOf({10, 8, 6}, {}), image) != "accepted");
  }
  SUBCASE("the right spacing and a forgotten origin") {
    CHECK(refusal(headerOf(shape, affineOf({3, 3, 3}, {0, 0, 0})), image) != "accepted");
    CHECK(refusal(headerOf({6, 5, 4}, affineOf({3, 3, 3}, {0, 0, 0})), image) != "accepted");
  }
  SUBCASE("two voxels beside it") {
    CHECK(refusal(headerOf(shape, affineOf({3, 3, 3}, {-24, -20, -10})), image) != "accepted");
  }
  SUBCASE("without a position of its own") {
    ImageHeader label = headerOf({12, 10, 8}, affineOf({3, 3, 3}, {-15, -10, -5}));
    label.placed = false;
    CHECK(refusal(label, image).find("its header gives no position") != std::string::npos);
  }
}

TEST_CASE("half a voxel beside a grid of the same shape is still that grid's neighbour") {
  const ImageHeader image = headerOf(shape, affineOf({3, 3, 3}, {-30, -20, -10}));
  CHECK(placementOf(headerOf(shape, affineOf({3, 3, 3}, {-28.6, -20, -10})), image).kind == Placement::Kind::Resampled);
}

TEST_CASE("an image that can be understood in two ways") {
  // The second reading turns y, as a sform and a qform may.
  ImageHeader image = headerOf(shape, affineOf({3, 3, 3}, {-30, -20, -10}));
  const Affine other = affineOf({3, -3, 3}, {-30, 37, -10});
  image.otherReadings = {other};

  SUBCASE("takes a label of the same shape voxel for voxel in either") {
    // The boxes are equal, so by position alone it would be turned.
    CHECK(placementOf(headerOf(shape, other), image).kind == Placement::Kind::OtherReading);
    image.otherReadings = {affineOf({3, -3, 3}, {-30, 500, -10})};
    CHECK(placementOf(headerOf(shape, image.otherReadings[0]), image).kind == Placement::Kind::OtherReading);
  }
  SUBCASE("refuses a crop that fits both, and takes one that fits one") {
    CHECK(refusal(headerOf({6, 5, 4}, affineOf({3, 3, 3}, {-15, -8, -4})), image) != "accepted");
    image.otherReadings = {affineOf({3, -3, 3}, {-30, 500, -10})};
    const Placement placement = placementOf(headerOf({6, 5, 4}, affineOf({3, -3, 3}, {-15, 491, -4})), image);
    CHECK(placement.kind == Placement::Kind::Resampled);
    // Label voxel (0, 0, 0) is image voxel (5, 3, 2) of that reading.
    const Vector3 index = placement.toLabel.apply({5, 3, 2});
    for (int axis = 0; axis < 3; ++axis) CHECK(std::abs(index[static_cast<size_t>(axis)]) < 1e-9);
  }
}
