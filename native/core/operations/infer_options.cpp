#include "operations/infer_options.hpp"

#include "runtime/device.hpp"

namespace mlabel {
namespace {

Lane laneOf(const Args& args) {
  const std::string priority = args.choice("priority", {"click", "infer", "batch", "scoring"}, "infer");
  if (priority == "click") return Lane::Click;
  if (priority == "batch") return Lane::Batch;
  return priority == "scoring" ? Lane::Scoring : Lane::Infer;
}

/// `{"label": 1, "index": [i, j, k]}` each.
std::vector<Click> readClicks(const Args& args) {
  std::vector<Click> clicks;
  for (const Json& json : args.list<Json>("clicks")) {
    const Args click("infer: clicks", json);
    clicks.push_back({click.require<Vector3>("index"), click.require<int64_t>("label")});
    click.finish();
  }
  return clicks;
}

/// True for `{ "name": name, "keys": "pred", argument: true }` without other arguments that do anything.
bool isPlain(const Json& spec, const char* name, const char* argument) {
  if (!spec.is_object() || spec.value("name", "") != name || !spec.contains("keys")) return false;
  if (spec["keys"] != "pred" && spec["keys"] != Json::array({"pred"})) return false;
  for (const auto& [key, value] : spec.items()) {
    if (key == "name" || key == "keys" || value.is_null() || value == false) continue;
    if (key != argument || value != true) return false;
  }
  return spec.value(argument, false);
}

/// How many of the first transforms are a softmax and an arg-max, or an arg-max alone; 0 when they are not.
size_t leadingArgmax(const Json& specs) {
  if (!specs.is_array()) return 0;
  const size_t first = !specs.empty() && isPlain(specs[0], "Activationsd", "softmax") ? 1 : 0;
  return specs.size() > first && isPlain(specs[first], "AsDiscreted", "argmax") ? first + 1 : 0;
}

Pipeline deterministic(const Args& args, const char* name, const Json& specs) {
  Pipeline pipeline(specs);
  if (pipeline.random()) args.invalid(name, "must have no random transform");
  return pipeline;
}

}  // namespace

InferOptions::InferOptions(const Json& options) {
  const Args args("infer", options);
  image = args.require<std::string>("image");
  keep = args.get<bool>("keep", true);
  device = args.require<std::string>("device");
  parseDevice(device);
  precision = args.choice("precision", {"float32", "bfloat16"}, "float32") == "bfloat16" ? Precision::BFloat16
                                                                                         : Precision::Float32;
  lane = laneOf(args);
  network = args.get<Json>("network", nullptr);
  weights = args.get<std::string>("weights", "");
  clicks = readClicks(args);
  preTransforms = deterministic(args, "preTransforms", args.require<Json>("preTransforms"));
  if (weights.empty() != !args.has("inferer")) args.invalid("inferer", "and weights belong together");
  if (!weights.empty()) inferer = makeInferer(args.require<Json>("inferer"));
  invert = args.require<bool>("invert");
  Json post = args.require<Json>("postTransforms");
  const size_t replaced = invert ? leadingArgmax(post) : 0;
  streamed = replaced > 0;
  if (streamed) post.erase(post.begin(), post.begin() + static_cast<std::ptrdiff_t>(replaced));
  postTransforms = deterministic(args, "postTransforms", post);

  const auto target = args.require<Json>("output");
  const Args targetArgs("infer: output", target);
  outputPath = targetArgs.get<std::string>("path", "");
  extension = targetArgs.get<std::string>("extension", "");
  if (outputPath.empty() == extension.empty()) targetArgs.invalid("path", "or extension has to be given");
  output.dtype = targetArgs.get<std::string>("dtype", "uint8");
  output.compress = targetArgs.get<bool>("compress", false);
  output.segments = parseSegments(targetArgs, "segments");
  if (!output.segments.empty() && !(outputPath + extension).ends_with(".nrrd"))
    targetArgs.invalid("segments", "are for .nrrd only");
  targetArgs.finish();
  args.finish();
}

}  // namespace mlabel
