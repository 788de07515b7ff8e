// From an image file to a label file of the same grid: load, prepare, predict, take back, discretise, write.
#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <chrono>

#include "inferers/streamed_argmax.hpp"
#include "inferers/within_memory.hpp"
#include "operations/infer_options.hpp"
#include "operations/label_statistics.hpp"
#include "operations/operation.hpp"
#include "runtime/device.hpp"
#include "runtime/runtime.hpp"

namespace mlabel {
namespace {

/// The key of the image in the pre-transforms and of the result in the post-transforms, as in MONAI Label's tasks.
const std::string imageKey = "image";
const std::string resultKey = "pred";

class Stopwatch {
 public:
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> seconds = now - start_;
    start_ = now;
    return seconds.count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

Json secondsByName(const Timings& timings) {
  Json result = Json::object();
  for (const auto& [name, seconds] : timings) result[name] = result.value(name, 0.0) + seconds;
  return result;
}

class InferOperation : public Operation {
 public:
  explicit InferOperation(const Json& options) : options_(options) {}

  Lane lane() const override { return options_.lane; }
  std::string device() const override { return options_.device; }

  Json run(Runtime& runtime, const JobContext& context) override {
    const c10::InferenceMode guard;
    // First, so that a model without weights says so at once.
    const auto predictor = options_.inferer ? loadPredictor(runtime, context) : nullptr;
    Stopwatch watch;
    Timings pre, post;
    Json seconds = Json::object();

    enter("pre", context);
    Sample sample;
    sample.files[imageKey] = options_.image;
    sample.clicks = options_.clicks;
    options_.preTransforms.applyDeterministic(sample, context, &pre);
    seconds["pre"] = watch.lap();

    enter("infer", context);
    bool frugal = false;
    SampleImage result = predictor ? predict(runtime, sample.at(imageKey, "infer"), *predictor, context, frugal)
                                   : std::move(sample.at(resultKey, "infer without a network"));
    sample.images.clear();
    seconds["infer"] = watch.lap();

    enter("invert", context);
    if (options_.streamed) {
      // With a network, that was done while it ran.
      if (!predictor) result.data = invertAndArgmax(result.data, result.trace, context);
    } else if (options_.invert) {
      result.data = invertTrace(result.data, result.trace, context);
    }
    seconds["invert"] = watch.lap();

    enter("post", context);
    sample.images[resultKey] = std::move(result);
    options_.postTransforms.applyDeterministic(sample, context, &post);
    result = std::move(sample.at(resultKey, "infer"));
    const at::Tensor labels = labelMap(result);
    const auto statistics = labelStatistics(labels, context);
    seconds["post"] = watch.lap();

    enter("write", context);
    writeImage(options_.outputPath, {labels.unsqueeze(0), result.source.affine, result.source}, options_.output,
               context);
    seconds["write"] = watch.lap();

    double total = 0;
    for (const Json& stage : seconds) total += stage.get<double>();
    seconds["total"] = total;
    seconds["transform"] = {{"pre", secondsByName(pre)}, {"post", secondsByName(post)}};

    Json answer = {{"shape", result.source.shape}, {"counts", Json::object()}, {"centroids", Json::object()}};
    answer["replacedVoxels"] = result.source.replacedVoxels;
    for (const auto& [value, found] : statistics) {
      answer["counts"][std::to_string(value)] = found.count;
      answer["centroids"][std::to_string(value)] = found.centroid;
    }
    answer["latencies"] = std::move(seconds);
    answer["device"] = options_.device;
    answer["precision"] = options_.precision == Precision::BFloat16 ? "bfloat16" : "float32";
    if (frugal) answer["fallback"] = "memory ran out: window by window, with the sums in main memory";
    answer["backend"] = predictor ? predictor->backend() : "none";
    return answer;
  }

  std::shared_ptr<Predictor> loadPredictor(Runtime& runtime, const JobContext& context) const {
    return runtime.predictor(options_.network, options_.weights, options_.device, options_.precision, context);
  }

  static void enter(const char* stage, const JobContext& context) {
    context.check();
    context.report({{"stage", stage}, {"done", 0.0}});
  }

  /// Labels on the grid of the file where the arg-max is streamed, else logits on the network's; in main memory. Takes the
  /// voxels out of `image`: they are not needed afterwards.
  SampleImage predict(Runtime& runtime, SampleImage& image, Predictor& predictor, const JobContext& context,
                      bool& frugal) const {
    const c10::Device device = parseDevice(options_.device);
    const at::Tensor input = std::move(image.data);
    checkChannels(input);
    std::unique_ptr<LogitSink> sink;
    if (options_.streamed) {
      sink = std::make_unique<StreamedArgmax>(spatialShape(input), image.trace);
    } else {
      sink = std::make_unique<CollectLogits>(spatialShape(input), c10::kCPU);
    }
    const int spatialDims = options_.network.is_object() ? options_.network.value("spatial_dims", 3) : 3;
    const auto makeRoom = [&] { runtime.giveWay(device); };
    frugal = inferWithinMemory(*options_.inferer, input, {predictor, device, spatialDims}, *sink, makeRoom, context);
    return {sink->result(context), image.affine, std::move(image.trace), std::move(image.source)};
  }

  void checkChannels(const at::Tensor& input) const {
    if (options_.network.is_null() || !options_.network.contains("in_channels")) return;
    const auto expected = options_.network["in_channels"].get<int64_t>();
    if (input.size(0) == expected) return;
    throw Error(ErrorCode::InvalidInput, "the image has " + std::to_string(input.size(0)) +
                                             " channels after the pre-transforms; the network takes " +
                                             std::to_string(expected));
  }

  /// The result [1, I, J, K] as integers on the grid of the file.
  static at::Tensor labelMap(const SampleImage& result) {
    const at::Tensor& data = result.data;
    if (data.size(0) != 1) {
      throw Error(ErrorCode::InvalidInput, "postTransforms leave " + std::to_string(data.size(0)) +
                                               " channels; a label file takes one (AsDiscreted with argmax makes it)");
    }
    if (data.sizes().slice(1) != at::IntArrayRef(result.source.shape)) {
      throw Error(ErrorCode::InvalidInput, "the result is not on the grid of the image; invert takes it back");
    }
    const at::Tensor labels = data[0];
    const at::ScalarType type = labels.scalar_type();
    if (type == at::kByte || type == at::kShort || type == at::kInt) return labels;
    return labels.to(narrowest(labels));
  }

  static at::ScalarType narrowest(const at::Tensor& labels) {
    if (labels.scalar_type() == at::kBool) return at::kByte;
    const auto [smallest, largest] = labels.aminmax();
    const auto low = smallest.item<double>(), high = largest.item<double>();
    // Negated, so that NaN is refused too.
    if (!(low >= INT32_MIN && high <= INT32_MAX)) {
      throw Error(ErrorCode::InvalidInput,
                  "postTransforms leave values that are no label values; they go up to 2147483647");
    }
    if (low >= 0 && high <= UINT8_MAX) return at::kByte;
    return low >= INT16_MIN && high <= INT16_MAX ? at::kShort : at::kInt;
  }

  InferOptions options_;
};

}  // namespace

std::unique_ptr<Operation> makeInferOperation(const Json& options) { return std::make_unique<InferOperation>(options); }

}  // namespace mlabel
