// Reading one image file to float32; bench/peer/load_image.py runs it beside MONAI's LoadImage.
#include <ATen/ATen.h>
#include <sys/resource.h>

#include <cstdio>

#include "bench.hpp"
#include "image/image_file.hpp"

namespace mlabel::bench {

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
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("{\"min\": %.4f, \"median\": %.4f, \"peakMiB\": %ld, \"firstSliceSum\": %.17g}\n", seconds.front(),
              seconds[seconds.size() / 2], usage.ru_maxrss / 1024, sum);
  return 0;
}

}  // namespace mlabel::bench
