// From an image file to a label file of the same grid: load and prepare; predict; take back, discretise and write.
#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <chrono>
#include <utility>

#include "inferers/collect_logits.hpp"
#include "inferers/streamed_argmax.hpp"
#include "inferers/within_memory.hpp"
#include "operations/infer_options.hpp"
#include "operations/label_statistics.hpp"
#include "operations/operation.hpp"
#include "runtime/device.hpp"
#include "runtime/predictor_cache.hpp"
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

  /// Without a network nothing is left for a GPU to do.
  std::string device() const override { return options_.inferer ? options_.device : "cpu"; }

  std::vector<Stage> stages() override {
    const auto whole = [this](Runtime& runtime, const JobContext& context, Answer& answer) {
      prepare(runtime, context);
      if (options_.inferer) predict(runtime, context);
      finish(context, answer);
    };
    // One stage, so that it waits for one window of the inference that it interrupts, and on a processor has all cores.
    if (options_.lane == Lane::Click) return {{Lane::Click, whole}};
    if (!options_.inferer) return {{Lane::Files, whole}};
    return {
        {Lane::Files, [this](Runtime& runtime, const JobContext& context, Answer&) { prepare(runtime, context); }},
        {options_.lane, [this](Runtime& runtime, const JobContext& context, Answer&) { predict(runtime, context); }},
        {Lane::Files, [this](Runtime&, const JobContext& context, Answer& answer) { finish(context, answer); }}};
  }

 private:
  void prepare(Runtime& runtime, const JobContext& context) {
    // First, so that a model without weights says so at once.
    if (options_.inferer) requireWeights(options_.weights);
    enter("pre", context);
    Stopwatch watch;
    sample_.files[imageKey] = options_.image;
    sample_.clicks = options_.clicks;
    Timings timings;
    runtime.prepare(sample_, options_.preTransforms, options_.keep, context, &timings);
    seconds_["pre"] = watch.lap();
    seconds_["infer"] = 0.0;
    preSeconds_ = secondsByName(timings);
    if (!options_.inferer) result_ = std::move(sample_.at(resultKey, "infer without a network"));
  }

  void predict(Runtime& runtime, const JobContext& context) {
    const c10::InferenceMode guard;
    enter("infer", context);
    const auto predictor =
        runtime.predictor(options_.network, options_.weights, options_.device, options_.precision, context);
    Stopwatch watch;
    backend_ = predictor->backend();
    result_ = lead(runtime, sample_.at(imageKey, "infer"), *predictor, context);
    seconds_["infer"] = watch.lap();
  }

  void finish(const JobContext& context, Answer& answer) {
    const c10::InferenceMode guard;
    Stopwatch watch;
    sample_.images.clear();
    enter("invert", context);
    if (sink_) result_.data = std::exchange(sink_, nullptr)->result(context);
    if (options_.streamed) {
      // With a network, that was done while it ran.
      if (!options_.inferer) result_.data = invertAndArgmax(result_.data, result_.trace, context);
    } else if (options_.invert) {
      result_.data = invertTrace(result_.data, result_.trace, context);
    }
    seconds_["invert"] = watch.lap();

    enter("post", context);
    Timings timings;
    sample_.images[resultKey] = std::move(result_);
    options_.postTransforms.applyDeterministic(sample_, context, &timings);
    const SampleImage result = std::move(sample_.at(resultKey, "infer"));
    const at::Tensor labels = labelMap(result);
    const auto statistics = labelStatistics(labels, context);
    seconds_["post"] = watch.lap();

    enter("write", context);
    const Volume file{labels.unsqueeze(0), result.source.affine, result.source};
    if (options_.outputPath.empty()) {
      answer.buffers["file"] = bufferOf(encodeImage(options_.extension, file, options_.output, context));
    } else {
      writeImage(options_.outputPath, file, options_.output, context);
    }
    seconds_["write"] = watch.lap();

    double total = 0;
    for (const Json& part : seconds_) total += part.get<double>();
    seconds_["total"] = total;
    seconds_["transform"] = {{"pre", std::move(preSeconds_)}, {"post", secondsByName(timings)}};

    Json& json = answer.json;
    json = {{"shape", result.source.shape}, {"counts", Json::object()}, {"centroids", Json::object()}};
    json["replacedVoxels"] = result.source.replacedVoxels;
    for (const auto& [value, found] : statistics) {
      json["counts"][std::to_string(value)] = found.count;
      json["centroids"][std::to_string(value)] = found.centroid;
    }
    json["latencies"] = std::move(seconds_);
    json["device"] = device();
    json["precision"] = options_.precision == Precision::BFloat16 ? "bfloat16" : "float32";
    if (frugal_) json["fallback"] = "memory ran out: window by window, with the sums in main memory";
    json["backend"] = backend_;
  }

  static void enter(const char* stage, const JobContext& context) {
    context.check();
    context.report({{"stage", stage}, {"done", 0.0}});
  }

  /// Leaves in the sink labels on the grid of the file where the arg-max is streamed, else logits on the network's, and returns
  /// where they are. Takes the voxels out of `image`: they are not needed afterwards.
  SampleImage lead(Runtime& runtime, SampleImage& image, Predictor& predictor, const JobContext& context) {
    const c10::Device device = parseDevice(options_.device);
    const at::Tensor input = std::move(image.data);
    checkChannels(input);
    if (options_.streamed) {
      sink_ = std::make_unique<StreamedArgmax>(spatialShape(input), image.trace);
    } else {
      sink_ = std::make_unique<CollectLogits>(spatialShape(input), c10::kCPU);
    }
    const int spatialDims = options_.network.is_object() ? options_.network.value("spatial_dims", 3) : 3;
    const auto makeRoom = [&] { runtime.giveWay(device); };
    frugal_ = inferWithinMemory(*options_.inferer, input, {predictor, device, spatialDims}, *sink_, makeRoom, context);
    return {at::Tensor(), image.affine, std::move(image.trace), std::move(image.source)};
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
  /// From stage to stage.
  Sample sample_;
  SampleImage result_;
  std::unique_ptr<LogitSink> sink_;
  Json seconds_ = Json::object();
  Json preSeconds_;
  std::string backend_ = "none";
  bool frugal_ = false;
};

}  // namespace

std::unique_ptr<Operation> makeInferOperation(const Json& options) { return std::make_unique<InferOperation>(options); }

}  // namespace mlabel
