// The benchmarks of core_bench: one file each beside this one, and a line in main.cpp's table.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace mlabel::bench {

using Arguments = std::vector<std::string>;

int beside_training(const Arguments& arguments);
int infer(const Arguments& arguments);
int load_image(const Arguments& arguments);
int organs(const Arguments& arguments);
int train_step(const Arguments& arguments);
int unet(const Arguments& arguments);

/// Wall-clock seconds of each of `runs` calls, ascending.
template <class Body>
std::vector<double> timed(int runs, const Body& body) {
  std::vector<double> seconds;
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    body();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds;
}

}  // namespace mlabel::bench
