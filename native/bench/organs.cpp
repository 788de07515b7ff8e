// A UNet with 105 classes over 512×512×600 voxels in windows of 96³, its labels on another grid: how long, and how much
// memory at most. The logits alone would be 66 GB.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/InferenceMode.h>

#include <cstdio>
#include <fstream>

#include "bench.hpp"
#include "inferers/streamed_argmax.hpp"
#include "inferers/within_memory.hpp"
#include "networks/network.hpp"
#include "transforms/geometry.hpp"

namespace mlabel::bench {
namespace {

/// A number of megabytes of /proc/self/status.
double megabytes(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name)) return std::stod(line.substr(name.size() + 1)) * 1024 / 1e6;
  }
  return 0;
}

/// The prepared image of a file of 480×480×400 voxels, as Orientationd and Spacingd leave it.
SampleImage prepared() {
  const Shape3 grid{512, 512, 600};
  SampleImage image{at::empty({1, 1, 1, 1}), {}, {}, {}};
  image.data = at::empty({1, grid[0], grid[1], grid[2]}).uniform_(-1, 1, at::make_generator<at::CPUGeneratorImpl>(1));
  Affine file;
  const Shape3 shape{480, 480, 400};
  for (int axis = 0; axis < 3; ++axis)
    file(axis, axis) = static_cast<double>(grid[axis]) / static_cast<double>(shape[axis]);
  image.trace = {OrientOperation{{0, 1, 2}, {true, true, false}},
                 ResampleOperation{shape, file, {}, Interpolation::Linear}};
  return image;
}

}  // namespace

/// [WIDTH]: channels of the UNet's first level, 4 where not given.
int organs(const Arguments& arguments) {
  const int64_t width = arguments.empty() ? 4 : std::stoll(arguments[0]);
  const auto network = makeNetwork({{"name", "UNet"},
                                    {"spatial_dims", 3},
                                    {"in_channels", 1},
                                    {"out_channels", 105},
                                    {"channels", {width, 2 * width}},
                                    {"strides", {2}}},
                                   at::make_generator<at::CPUGeneratorImpl>(0));
  network->eval();
  const c10::InferenceMode guard;
  const auto predictor = makePredictor(network, c10::kCPU, Precision::Float32);
  const SampleImage image = prepared();
  const auto inferer = makeInferer({{"name", "SlidingWindowInferer"}, {"roi_size", 96}});
  const JobContext context({}, [](const Json& message) {
    std::fprintf(stderr, "\r%3.0f %%, %.0f MB now, %.0f MB at most ", 100 * message["done"].get<double>(),
                 megabytes("VmRSS"), megabytes("VmHWM"));
  });
  at::Tensor labels;
  const double before = megabytes("VmHWM") / 1000;
  const auto seconds = timed(1, [&] {
    StreamedArgmax sink(spatialShape(image.data), image.trace);
    inferWithinMemory(
        *inferer, image.data, {*predictor, c10::kCPU}, sink, [] {}, context);
    labels = sink.result(context);
  });
  std::printf("\n%.0f s, %.2f GB at most (%.2f GB before the network ran), %ld labels\n", seconds.front(),
              megabytes("VmHWM") / 1000, before, static_cast<long>(std::get<0>(at::_unique(labels)).numel()));
  return 0;
}

}  // namespace mlabel::bench
