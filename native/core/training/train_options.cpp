#include "training/train_options.hpp"

namespace mlabel {
namespace {

std::vector<TrainCase> parseCases(const Args& args, const std::string& field) {
  std::vector<TrainCase> cases;
  for (const Json& entry : args.require<std::vector<Json>>(field)) {
    const Args fields(args.owner() + "." + field + "[" + std::to_string(cases.size()) + "]", entry);
    cases.push_back({fields.require<std::string>("image"), fields.require<std::string>("label"),
                     parseLabelValues(fields, "labelValues")});
    fields.finish();
  }
  return cases;
}

int64_t atLeast(const Args& args, const std::string& field, int64_t minimum) {
  const auto value = args.require<int64_t>(field);
  if (value < minimum) args.invalid(field, "is " + std::to_string(value) + "; the least is " + std::to_string(minimum));
  return value;
}

GradientClipping parseClipping(const Args& args) {
  const auto bound = [&args](const char* field) -> std::optional<double> {
    if (!args.has(field)) return std::nullopt;
    const auto value = args.require<double>(field);
    if (!(value > 0)) args.invalid(field, "must be above 0");
    return value;
  };
  const GradientClipping clipping{bound("clipNorm"), bound("clipValue")};
  if (clipping.norm && clipping.value) args.invalid("clipValue", "and clipNorm exclude each other");
  return clipping;
}

std::optional<double> parseEmaDecay(const Args& args) {
  if (!args.has("emaDecay")) return std::nullopt;
  const auto decay = args.require<double>("emaDecay");
  if (!(decay >= 0 && decay < 1)) args.invalid("emaDecay", "must lie in [0, 1)");
  return decay;
}

}  // namespace

TrainOptions parseTrainOptions(const Json& json) {
  const Args args("train", json);
  TrainOptions options;
  options.device = args.require<std::string>("device");
  options.network = args.require<Json>("network");
  options.initialWeights = args.get("initialWeights", std::string());
  options.trainCases = parseCases(args, "trainCases");
  if (options.trainCases.empty()) args.invalid("trainCases", "is empty: label an image first");
  options.validationCases = parseCases(args, "validationCases");
  options.trainTransforms = args.require<Json>("trainTransforms");
  options.validationTransforms = args.require<Json>("validationTransforms");
  options.validationInferer = args.require<Json>("validationInferer");
  options.loss = args.require<Json>("loss");
  options.objective = args.get("objective", Json());
  options.optimizer = args.require<Json>("optimizer");
  options.schedule = args.get("schedule", Json());
  if (args.has("accumulate")) options.accumulate = atLeast(args, "accumulate", 1);
  options.clipping = parseClipping(args);
  options.emaDecay = parseEmaDecay(args);
  if (args.choice("precision", {"float32", "bfloat16"}, "float32") == "bfloat16")
    options.precision = Precision::BFloat16;
  options.maxEpochs = atLeast(args, "maxEpochs", 1);
  options.trainBatchSize = atLeast(args, "trainBatchSize", 1);
  options.validationInterval = atLeast(args, "validationInterval", 1);
  options.earlyStopPatience = args.require<int64_t>("earlyStopPatience");
  if (args.has("seed")) options.seed = atLeast(args, "seed", 0);
  const auto cacheJson = args.require<Json>("cache");
  const Args cache("train.cache", cacheJson);
  options.cacheBytes = atLeast(cache, "maxBytes", 0);
  options.cacheFloat16 = cache.require<bool>("float16");
  cache.finish();
  options.dataThreads = atLeast(args, "dataThreads", 1);
  options.runFolder = args.require<std::string>("runFolder");
  options.runId = args.require<std::string>("runId");
  options.checkpointInterval = atLeast(args, "checkpointInterval", 1);
  options.checkpointsKept = atLeast(args, "checkpointsKept", 1);
  options.publishPath = args.require<std::string>("publishPath");
  options.statsPath = args.require<std::string>("statsPath");
  options.resume = args.require<bool>("resume");
  args.finish();
  return options;
}

}  // namespace mlabel
