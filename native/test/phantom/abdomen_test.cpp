#include "phantom/abdomen.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "phantom/anatomy.hpp"

using namespace mlabel;

namespace {

at::Tensor voxelsOf(const AbdomenPhantom& phantom, Organ organ) {
  return phantom.label.data[0].eq(static_cast<int64_t>(organ));
}

double millilitres(const AbdomenPhantom& phantom, Organ organ) {
  const Vector3 spacing = phantom.label.affine.spacing();
  return voxelsOf(phantom, organ).sum().item<double>() * spacing[0] * spacing[1] * spacing[2] / 1000;
}

/// Mean place in RAS mm.
Vector3 centroid(const AbdomenPhantom& phantom, Organ organ) {
  const at::Tensor mean = voxelsOf(phantom, organ).nonzero().to(at::kDouble).mean(0);
  return phantom.label.affine.apply({mean[0].item<double>(), mean[1].item<double>(), mean[2].item<double>()});
}

double meanHounsfield(const AbdomenPhantom& phantom, Organ organ) {
  return phantom.image.data[0].masked_select(voxelsOf(phantom, organ)).mean().item<double>();
}

}  // namespace

TEST_CASE("Phantom: organs have the size, the place and the density of a person's, whatever the orientation") {
  std::set<std::string> orientations;
  for (uint32_t seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    const AbdomenPhantom phantom = makeAbdomenPhantom(seed);
    orientations.insert(axisCodes(axisDirections(phantom.image.affine)));
    REQUIRE(phantom.image.data.sizes() == phantom.label.data.sizes());
    CHECK(phantom.image.affine == phantom.label.affine);

    const double spleenSize = millilitres(phantom, Organ::Spleen), liverSize = millilitres(phantom, Organ::Liver);
    CHECK(spleenSize > 80);
    CHECK(spleenSize < 450);
    CHECK(liverSize > 800);
    CHECK(liverSize < 2400);
    for (const Organ kidney : {Organ::RightKidney, Organ::LeftKidney}) {
      CHECK(millilitres(phantom, kidney) > 70);
      CHECK(millilitres(phantom, kidney) < 260);
    }

    const Vector3 spleen = centroid(phantom, Organ::Spleen), liver = centroid(phantom, Organ::Liver);
    const Vector3 right = centroid(phantom, Organ::RightKidney), left = centroid(phantom, Organ::LeftKidney);
    CHECK(spleen[0] < -50);
    CHECK(liver[0] > 20);
    CHECK(right[0] > 30);
    CHECK(left[0] < -30);
    CHECK(spleen[1] < liver[1]);
    CHECK(spleen[2] > left[2]);

    CHECK(meanHounsfield(phantom, Organ::Spleen) > 30);
    CHECK(meanHounsfield(phantom, Organ::Spleen) < 145);
    CHECK(std::abs(meanHounsfield(phantom, Organ::Spleen) - meanHounsfield(phantom, Organ::Liver)) < 30);
    CHECK(phantom.image.data.min().item<double>() < -900);
    CHECK(phantom.image.data.max().item<double>() > 350);
  }
  CHECK(orientations.size() >= 3);
}

TEST_CASE("Phantom: a density does not tell the spleen from its neighbours") {
  const AbdomenPhantom phantom = makeAbdomenPhantom(1);
  const at::Tensor spleen = voxelsOf(phantom, Organ::Spleen);
  const at::Tensor values = phantom.image.data[0].masked_select(spleen);
  const at::Tensor alike = phantom.image.data[0].sub(values.mean()).abs().lt(values.std() * 2);
  CHECK(alike.sum().item<double>() > 5 * spleen.sum().item<double>());
}

TEST_CASE("Phantom: a seed repeats a phantom, another seed makes another") {
  const AbdomenPhantom first = makeAbdomenPhantom(5), again = makeAbdomenPhantom(5), other = makeAbdomenPhantom(6);
  CHECK(first.image.affine == again.image.affine);
  CHECK(at::equal(first.image.data, again.image.data));
  CHECK(at::equal(first.label.data, again.label.data));
  CHECK_FALSE(first.image.affine == other.image.affine);
}

TEST_CASE("Phantom: a raised stop flag ends the work") {
  StopFlag stop;
  stop.raise();
  CHECK_THROWS_AS(makeAbdomenPhantom(1, JobContext(stop, {})), Error);
}
