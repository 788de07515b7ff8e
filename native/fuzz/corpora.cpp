// Runs the readers over files that are there: `fuzz_corpora <folder>` has a folder for each reader. With GCC, which has no
// libFuzzer, and in `npm test`.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "readers.hpp"

int main(int count, char** arguments) {
  if (count != 2) return 2;
  int files = 0;
  for (const auto& folder : std::filesystem::directory_iterator(arguments[1])) {
    if (!folder.is_directory()) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::ifstream stream(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
      // Said before, so that a report has the file's name above it.
      std::fprintf(stderr, "\r%s ", entry.path().c_str());
      const auto start = std::chrono::steady_clock::now();
      if (!mlabel::fuzz::runReader(folder.path().filename().string(), bytes)) break;  // one that is not written in C++
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      if (took.count() > 10) {
        std::fprintf(stderr, "took %.1f s\n", took.count());
        return 1;
      }
      ++files;
    }
  }
  std::fprintf(stderr, "\r%d files read by the native readers under sanitizers\n", files);
  return files == 0;
}
