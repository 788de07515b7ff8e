#include "networks/narrow_kernels.hpp"

#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define MLABEL_PROCESSOR_GENERATIONS
#endif

// The vectors below never cross a border between two compilers.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace mlabel {
namespace {

namespace baseline {
#include "networks/narrow_kernels.inc"
}  // namespace baseline

#ifdef MLABEL_PROCESSOR_GENERATIONS

#pragma GCC push_options
#pragma GCC target("arch=haswell")
namespace avx2 {
#include "networks/narrow_kernels.inc"
}  // namespace avx2
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("arch=skylake-avx512,prefer-vector-width=512")
namespace avx512 {
#include "networks/narrow_kernels.inc"
}  // namespace avx512
#pragma GCC pop_options

bool runsAvx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool runsAvx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

#endif

}  // namespace

std::vector<NarrowKernels> narrowKernelsForThisProcessor() {
  std::vector<NarrowKernels> all;
#ifdef MLABEL_PROCESSOR_GENERATIONS
  if (runsAvx512()) all.push_back(avx512::kernels);
  if (runsAvx2()) all.push_back(avx2::kernels);
#endif
  all.push_back(baseline::kernels);
  return all;
}

const NarrowKernels& narrowKernels() {
  static const NarrowKernels fastest = narrowKernelsForThisProcessor().front();
  return fastest;
}

}  // namespace mlabel
