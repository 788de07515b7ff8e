// Reading one image file to float32; bench/peer/load_image.py runs it beside MONAI's LoadImage.
#include <ATen/ATen.h>

#include <cstdio>
#include <fstream>

#include "bench.hpp"
#include "image/image_file.hpp"

namespace mlabel::bench {
namespace {

/// Peak of this program alone; getrusage would count what its parent held before.
long peakMiB() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6)) / 1024;
  }
  return 0;
}

}  // namespace

/// IMAGE REPEATS
int load_image(const Arguments& arguments) {
  if (arguments.size() != 2) {
    std::fprintf(stderr, "usage: load_image IMAGE REPEATS\n");
    return 2;
  }
  double sum = 0;
  const auto seconds = timed(std::stoi(arguments[1]), [&] {
    const Volume volume = readImage(arguments[0]);
    sum = volume.data.slice(3, 0, 1).sum(at::kDouble).item<double>();
  });
  std::printf("{\"min\": %.4f, \"median\": %.4f, \"peakMiB\": %ld, \"firstSliceSum\": %.17g}\n", seconds.front(),
              seconds[seconds.size() / 2], peakMiB(), sum);
  return 0;
}

}  // namespace mlabel::bench
