#include "phantom/abdomen.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "phantom/anatomy.hpp"

namespace mlabel {
namespace {

struct PhantomGrid {
  Shape3 shape;
  Affine affine;
};

/// A rotation by small angles about x, y and z.
Affine tilted(const Vector3& angles) {
  Affine result;
  for (int axis = 0; axis < 3; ++axis) {
    const int a = (axis + 1) % 3, b = (axis + 2) % 3;
    Affine turn;
    turn(a, a) = turn(b, b) = std::cos(angles[axis]);
    turn(a, b) = -std::sin(angles[axis]);
    turn(b, a) = std::sin(angles[axis]);
    result = turn * result;
  }
  return result;
}

PhantomGrid drawGrid(RandomState& random) {
  static constexpr const char* kOrientations[] = {"LPS", "RAS", "LAS", "LPS", "RPS", "PIR", "LAS", "SRA"};
  const AxisDirections directions = parseAxisCodes(kOrientations[random.randint(0, std::size(kOrientations))]);
  const double inPlane = random.uniform(2.2, 3);
  const double slice = random.uniform(2.8, 4.8);
  const Vector3 spacing{inPlane, inPlane, slice};
  const double width = random.uniform(375, 400);
  const Vector3 extent{width, width * random.uniform(0.8, 1), random.uniform(235, 265)};

  PhantomGrid grid;
  Affine axes;
  for (int axis = 0; axis < 3; ++axis) {
    const auto [world, sign] = directions[axis];
    grid.shape[axis] = std::lround(extent[world] / spacing[world]);
    for (int row = 0; row < 3; ++row) axes(row, axis) = row == world ? sign * spacing[world] : 0;
  }
  const double tilt = random.rand() < 0.35 ? 0.12 : 0;
  const Vector3 angles{random.uniform(-tilt, tilt), random.uniform(-tilt, tilt), random.uniform(-tilt, tilt)};
  grid.affine = tilted(angles) * axes;
  const Vector3 middle{random.uniform(-8, 8), random.uniform(-14, -4), random.uniform(-8, 8)};
  const Vector3 last{grid.shape[0] - 1.0, grid.shape[1] - 1.0, grid.shape[2] - 1.0};
  const Vector3 centre = grid.affine.apply(0.5 * last);
  for (int row = 0; row < 3; ++row) grid.affine(row, 3) = middle[row] - centre[row];
  return grid;
}

/// Voxels in file order (i fastest) as [1, I, J, K].
Volume volumeOf(const PhantomGrid& grid, const at::Tensor& voxels, const char* dtype) {
  Volume volume;
  volume.data = voxels.permute({2, 1, 0}).unsqueeze(0);
  volume.affine = volume.header.affine = grid.affine;
  volume.header.shape = grid.shape;
  volume.header.dtype = dtype;
  return volume;
}

}  // namespace

AbdomenPhantom makeAbdomenPhantom(uint32_t seed, const JobContext& context) {
  RandomState random(seed);
  const PhantomGrid grid = drawGrid(random);
  const Anatomy anatomy(random);
  const double noise = random.uniform(12, 20);

  const int64_t sizeI = grid.shape[0], sizeJ = grid.shape[1], sizeK = grid.shape[2];
  at::Tensor image = at::empty({sizeK, sizeJ, sizeI}, at::kFloat);
  at::Tensor label = at::empty({sizeK, sizeJ, sizeI}, at::kByte);
  float* hounsfield = image.mutable_data_ptr<float>();
  auto* organs = label.mutable_data_ptr<uint8_t>();
  // Drawn before the threads start, so that their number does not matter.
  for (int64_t voxel = 0; voxel < image.numel(); ++voxel)
    hounsfield[voxel] = static_cast<float>(noise * random.normal());

  const Vector3 spacing = grid.affine.spacing();
  const double edge = std::cbrt(spacing[0] * spacing[1] * spacing[2]);
  at::parallel_for(0, sizeK * sizeJ, 16, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      if (context.stopped()) return;
      for (int64_t i = 0; i < sizeI; ++i) {
        const Vector3 index{double(i), double(row % sizeJ), double(row / sizeJ)};
        const Tissue tissue = anatomy.at(grid.affine.apply(index), edge);
        float& value = hounsfield[row * sizeI + i];
        value = std::clamp(std::round(static_cast<float>(tissue.hounsfield) + value), -1024.0f, 3071.0f);
        organs[row * sizeI + i] = static_cast<uint8_t>(tissue.organ);
      }
    }
  });
  context.check();
  return {volumeOf(grid, image, "int16"), volumeOf(grid, label, "uint8")};
}

}  // namespace mlabel
