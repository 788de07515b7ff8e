// One forward of a network on one patch; bench/peer/unet_forward.py runs it beside MONAI.
#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "bench.hpp"
#include "networks/network.hpp"
#include "networks/predictor.hpp"
#include "networks/weights.hpp"
#include "runtime/cpu_allocator.hpp"

namespace mlabel::bench {
namespace {

at::Tensor readPatch(const std::string& path, int64_t channels, int64_t side) {
  at::Tensor patch = at::empty({1, channels, side, side, side});
  std::ifstream file(path, std::ios::binary);
  file.read(static_cast<char*>(patch.mutable_data_ptr()), static_cast<std::streamsize>(patch.nbytes()));
  if (!file) throw Error(ErrorCode::InvalidFile, "the patch is too short");
  return patch;
}

void writeLogits(const std::string& path, const at::Tensor& logits) {
  const at::Tensor plain = logits.contiguous();
  std::ofstream file(path, std::ios::binary);
  file.write(static_cast<const char*>(plain.const_data_ptr()), static_cast<std::streamsize>(plain.nbytes()));
}

}  // namespace

/// SPEC.json WEIGHTS.pt PATCH.f32 SIDE LOGITS.f32 REPEATS float32|bfloat16; raw float32 files, a cubic patch.
int unet(const Arguments& arguments) {
  if (arguments.size() != 7) {
    std::fprintf(stderr, "usage: unet SPEC.json WEIGHTS.pt PATCH.f32 SIDE LOGITS.f32 REPEATS float32|bfloat16\n");
    return 2;
  }
  std::ifstream spec(arguments[0]);
  const auto network = makeNetwork(parseJson({std::istreambuf_iterator<char>(spec), {}}));
  loadStateDict(*network, readStateDict(arguments[1]), true);
  const Precision precision = arguments[6] == "bfloat16" ? Precision::BFloat16 : Precision::Float32;

  usePooledCpuMemory();
  const c10::InferenceMode guard;
  const at::Tensor patch = readPatch(arguments[2], network->inChannels(), std::stoll(arguments[3]));
  const auto predictor = makePredictor(network, c10::Device("cpu"), precision);
  at::Tensor logits;
  const auto forward = [&] { logits = predictor->predict(patch, {}); };
  forward();  // prepacks
  const auto seconds = timed(std::stoi(arguments[5]), forward);
  writeLogits(arguments[4], logits);
  std::printf("{\"backend\": \"%s\", \"min\": %.4f, \"median\": %.4f}\n", predictor->backend().c_str(), seconds.front(),
              seconds[seconds.size() / 2]);
  return 0;
}

}  // namespace mlabel::bench
