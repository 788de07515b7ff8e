// A whole request from image file to label file; bench/peer/spleen_request.py is the same in Python.
#include <sys/resource.h>

#include <cstdio>
#include <future>

#include "bench.hpp"
#include "runtime/runtime.hpp"

namespace mlabel::bench {
namespace {

/// MONAI Label's segmentation_spleen.
Json spleenRequest(const std::string& image, const std::string& weights, const std::string& label, bool brief) {
  const Json imageKey = "image", pred = "pred";
  return {
      {"image", image},
      {"device", "cpu"},
      {"precision", brief ? "bfloat16" : "float32"},
      {"priority", "infer"},
      {"network",
       {{"name", "UNet"},
        {"spatial_dims", 3},
        {"in_channels", 1},
        {"out_channels", 2},
        {"channels", {16, 32, 64, 128, 256}},
        {"strides", {2, 2, 2, 2}},
        {"num_res_units", 2},
        {"norm", "batch"}}},
      {"weights", weights},
      {"preTransforms",
       {{{"name", "LoadImaged"}, {"keys", imageKey}},
        {{"name", "EnsureChannelFirstd"}, {"keys", imageKey}},
        {{"name", "Orientationd"}, {"keys", imageKey}, {"axcodes", "RAS"}},
        {{"name", "Spacingd"}, {"keys", imageKey}, {"pixdim", {1, 1, 1}}},
        {{"name", "ScaleIntensityRanged"},
         {"keys", imageKey},
         {"a_min", -57},
         {"a_max", 164},
         {"b_min", 0},
         {"b_max", 1},
         {"clip", true}},
        {{"name", "ScaleIntensityd"}, {"keys", imageKey}, {"minv", -1}, {"maxv", 1}}}},
      {"inferer", {{"name", "SlidingWindowInferer"}, {"roi_size", {160, 160, 160}}, {"overlap", 0.25}}},
      {"invert", true},
      {"postTransforms",
       {{{"name", "Activationsd"}, {"keys", pred}, {"softmax", true}},
        {{"name", "AsDiscreted"}, {"keys", pred}, {"argmax", true}},
        {{"name", "KeepLargestConnectedComponentd"}, {"keys", pred}}}},
      {"output", {{"path", label}, {"dtype", "uint8"}, {"compress", true}}},
  };
}

Json runOperation(Runtime& runtime, const Json& request) {
  std::promise<Json> promise;
  runtime.submit(makeOperation("infer", request), StopFlag(), {}, [&](const Answer* answer, const Error* error) {
    if (error != nullptr) {
      promise.set_exception(std::make_exception_ptr(*error));
    } else {
      promise.set_value(answer->json);
    }
  });
  return promise.get_future().get();
}

long peakMiB() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

}  // namespace

/// IMAGE WEIGHTS LABEL [REPEATS] [float32|bfloat16].
int infer(const Arguments& arguments) {
  if (arguments.size() < 3) {
    std::fprintf(stderr, "usage: infer IMAGE WEIGHTS LABEL [REPEATS] [float32|bfloat16]\n");
    return 2;
  }
  const int repeats = arguments.size() > 3 ? std::stoi(arguments[3]) : 1;
  const bool brief = arguments.size() > 4 && arguments[4] == "bfloat16";
  const Json request = spleenRequest(arguments[0], arguments[1], arguments[2], brief);
  Runtime runtime;
  Json answer;
  const auto seconds = timed(repeats, [&] {
    // Each request as the first one on its image.
    runtime.giveWay(c10::kCPU);
    answer = runOperation(runtime, request);
  });
  std::printf("%s\nbest %.3f s, median %.3f s, peak %ld MiB\n", answer.dump().c_str(), seconds.front(),
              seconds[seconds.size() / 2], peakMiB());
  return 0;
}

}  // namespace mlabel::bench
