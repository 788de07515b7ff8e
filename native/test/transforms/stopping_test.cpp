// What takes long on a large volume ends where its job is abandoned.
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "networks/network.hpp"
#include "operations/label_statistics.hpp"
#include "transforms/geometry.hpp"
#include "transforms/largest_component.hpp"

using namespace mlabel;

namespace {

JobContext abandoned() {
  StopFlag stop;
  stop.raise();
  return {stop, {}};
}

SampleImage image() {
  SampleImage made;
  made.data = at::rand({1, 6, 5, 4});
  return made;
}

Affine spaced(double millimetres) {
  Affine affine;
  for (int axis = 0; axis < 3; ++axis) affine(axis, axis) = millimetres;
  return affine;
}

}  // namespace

TEST_CASE("resampling stops, along the axes and across them, and so does its inverse") {
  Affine tilted = spaced(0.5);
  tilted(0, 1) = 0.1;
  for (const Affine& affine : {spaced(0.5), tilted}) {
    SampleImage stopped = image();
    CHECK_THROWS_WITH_AS(resampleImage(stopped, {12, 10, 8}, affine, Interpolation::Linear, abandoned()),
                         "the job was cancelled", Error);
    SampleImage resampled = image();
    resampleImage(resampled, {12, 10, 8}, affine, Interpolation::Linear);
    CHECK_THROWS_WITH_AS(invertTrace(resampled.data, resampled.trace, abandoned()), "the job was cancelled", Error);
  }
}

TEST_CASE("the search for components and the count of voxels stop") {
  const at::Tensor labels = at::ones({4, 4, 4}, at::kByte);
  ComponentOptions options;
  options.values.set(1);
  CHECK_THROWS_WITH_AS(keepLargestComponent(labels, options, abandoned()), "the job was cancelled", Error);
  CHECK_THROWS_WITH_AS(labelStatistics(labels, abandoned()), "the job was cancelled", Error);
}

TEST_CASE("a network stops between its layers") {
  const Json spec = {{"name", "UNet"},    {"spatial_dims", 3},  {"in_channels", 1},
                     {"out_channels", 2}, {"channels", {4, 8}}, {"strides", {2}}};
  CHECK_THROWS_WITH_AS(makeNetwork(spec)->forward(at::rand({1, 1, 4, 4, 4}), abandoned()), "the job was cancelled",
                       Error);
}
