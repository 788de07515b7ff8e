// The infer operation from file to file, through the runtime, against what real MONAI made of the same files.
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "golden.hpp"
#include "image/image_file.hpp"
#include "run_operation.hpp"
#include "runtime/device.hpp"
#include "runtime/runtime.hpp"
#include "temporary_folder.hpp"

using namespace mlabel;

namespace {

const char* const goldenFolder = "end_to_end/";

std::string goldenFile(const std::string& name) { return test::goldenPath(goldenFolder + name).string(); }

Json request(const std::string& image, const std::string& output) {
  return {
      {"image", image},
      {"device", "cpu"},
      {"precision", "float32"},
      {"priority", "infer"},
      {"network",
       {{"name", "UNet"},
        {"spatial_dims", 3},
        {"in_channels", 1},
        {"out_channels", 3},
        {"channels", {4, 8, 16}},
        {"strides", {2, 2}},
        {"num_res_units", 1},
        {"norm", "batch"}}},
      {"weights", goldenFile("unet.pt")},
      {"preTransforms",
       {{{"name", "LoadImaged"}, {"keys", "image"}},
        {{"name", "EnsureChannelFirstd"}, {"keys", "image"}},
        {{"name", "Orientationd"}, {"keys", "image"}, {"axcodes", "RAS"}},
        {{"name", "Spacingd"}, {"keys", "image"}, {"pixdim", {1, 1, 1}}},
        {{"name", "ScaleIntensityRanged"},
         {"keys", "image"},
         {"a_min", -57},
         {"a_max", 164},
         {"b_min", 0},
         {"b_max", 1},
         {"clip", true}},
        {{"name", "ScaleIntensityd"}, {"keys", "image"}, {"minv", -1}, {"maxv", 1}}}},
      {"inferer", {{"name", "SlidingWindowInferer"}, {"roi_size", {16, 16, 16}}}},
      {"invert", true},
      {"postTransforms",
       {{{"name", "Activationsd"}, {"keys", "pred"}, {"softmax", true}},
        {{"name", "AsDiscreted"}, {"keys", "pred"}, {"argmax", true}},
        {{"name", "KeepLargestConnectedComponentd"}, {"keys", "pred"}}}},
      {"output", {{"path", output}, {"dtype", "uint8"}, {"compress", true}}},
  };
}

Json run(Runtime& runtime, const Json& options, const StopFlag& stop = {}, const JobContext::Progress& progress = {}) {
  std::promise<Json> promise;
  auto future = promise.get_future();
  runtime.submit(makeOperation("infer", options), stop, progress, [&](const Answer* answer, const Error* error) {
    if (error != nullptr) return promise.set_exception(std::make_exception_ptr(*error));
    promise.set_value(answer->json);
  });
  return future.get();
}

Json run(const Json& options, const StopFlag& stop = {}, const JobContext::Progress& progress = {}) {
  Runtime runtime;
  return run(runtime, options, stop, progress);
}

}  // namespace

TEST_CASE("the label file of MONAI Label's chain, with the geometry of the image, on every device") {
  const test::TemporaryFolder folder;
  std::vector<std::pair<c10::Device, std::string>> runs;
  for (const c10::Device device : devices()) {
    for (const char* name : {"anisotropic", "oblique"}) runs.emplace_back(device, name);
  }
  for (const auto& [device, name] : runs) {
    CAPTURE(name);
    CAPTURE(device.str());
    const std::string image = goldenFile(name + ".nii.gz"), output = folder / (name + ".nii.gz");
    Json options = request(image, output);
    options["device"] = device.str();
    const Json answer = run(options);
    const Volume labels = readImage(output), expected = readImage(goldenFile(name + ".labels.nii.gz"));
    REQUIRE(labels.data.sizes() == expected.data.sizes());
    // A GPU may decide otherwise where two classes agree to the last digits.
    const int64_t allowed = device.is_cpu() ? 0 : expected.data.numel() / 100'000;
    CHECK((labels.data != expected.data).sum().item<int64_t>() <= allowed);
    if (!device.is_cpu()) continue;
    CHECK(labels.affine == readHeader(image).affine);
    CHECK(labels.header.dtype == "uint8");
    CHECK(answer["shape"] == Json(labels.header.shape));
    for (const int value : {1, 2}) {
      const at::Tensor voxels = at::nonzero(expected.data[0] == value);
      const at::Tensor centroid = voxels.to(at::kDouble).mean(0).to(at::kLong);
      CHECK(answer["counts"][std::to_string(value)] == voxels.size(0));
      for (int axis = 0; axis < 3; ++axis) {
        CHECK(answer["centroids"][std::to_string(value)][axis] == centroid[axis].item<int64_t>());
      }
    }
    for (const char* stage : {"pre", "infer", "invert", "post", "write", "total"}) {
      CHECK(answer["latencies"][stage].get<double>() >= 0);
    }
    CHECK(answer["latencies"]["transform"]["pre"].contains("Spacingd"));
    CHECK(answer["latencies"]["transform"]["post"].contains("KeepLargestConnectedComponentd"));
  }
}

TEST_CASE("the streamed arg-max and the transforms one by one give the same file") {
  const test::TemporaryFolder folder;
  Json options = request(goldenFile("anisotropic.nii.gz"), folder / "streamed.nii.gz");
  const Json streamed = run(options);
  options["output"]["path"] = folder / "plain.nii";
  const Json idle = {{"name", "AsDiscreted"}, {"keys", "pred"}};  // changes nothing, but is in the way
  options["postTransforms"].insert(options["postTransforms"].begin() + 1, idle);
  const Json plain = run(options);
  CHECK(plain["counts"] == streamed["counts"]);
  CHECK(at::equal(readImage(folder / "plain.nii").data, readImage(folder / "streamed.nii.gz").data));
}

TEST_CASE("an image is prepared once for all that prepare it alike, and again when its file has changed") {
  const test::TemporaryFolder folder;
  Runtime runtime;
  const std::string image = folder / "image.nii.gz";
  std::filesystem::copy_file(goldenFile("anisotropic.nii.gz"), image);
  Json options = request(image, folder / "label.nii.gz");
  const auto prepared = [&] { return !run(runtime, options)["latencies"]["transform"]["pre"].empty(); };
  const auto label = [&] { return readImage(folder / "label.nii.gz").data; };
  CHECK(prepared());
  const at::Tensor first = label();
  CHECK_FALSE(prepared());
  CHECK(at::equal(label(), first));
  options["inferer"]["roi_size"] = {24, 24, 24};  // of another model, say
  CHECK_FALSE(prepared());
  options["preTransforms"][5]["maxv"] = 2;
  CHECK(prepared());
  options["preTransforms"][5]["maxv"] = 1;
  options["inferer"]["roi_size"] = {16, 16, 16};
  std::filesystem::copy_file(goldenFile("oblique.nii.gz"), image, std::filesystem::copy_options::overwrite_existing);
  CHECK(prepared());
  CHECK(at::equal(label(), readImage(goldenFile("oblique.labels.nii.gz")).data));
}

TEST_CASE("a result that is asked for as bytes is the file") {
  const test::TemporaryFolder folder;
  Json options = request(goldenFile("oblique.nii.gz"), folder / "file.nii");
  Runtime runtime;
  run(runtime, options);
  options["output"] = {{"extension", ".nii"}, {"dtype", "uint8"}};
  const Answer answer = test::runOperation("infer", options, runtime);
  std::ifstream file(folder / "file.nii", std::ios::binary);
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  const Buffer& bytes = answer.buffers.at("file");
  CHECK(std::string(reinterpret_cast<const char*>(bytes.data), bytes.size) == expected);
  options["output"]["path"] = folder / "file.nii";
  CHECK_THROWS_WITH_AS(makeOperation("infer", options), doctest::Contains("path or extension has to be given"), Error);
}

TEST_CASE("progress names every stage; a raised flag ends it and leaves no file") {
  const test::TemporaryFolder folder;
  std::vector<std::string> stages;
  const auto note = [&](const Json& message) {
    const auto stage = message.at("stage").get<std::string>();
    if (stages.empty() || stages.back() != stage) stages.push_back(stage);
  };
  run(request(goldenFile("oblique.nii.gz"), folder / "done.nii.gz"), {}, note);
  CHECK(stages == std::vector<std::string>{"pre", "infer", "invert", "post", "write"});

  StopFlag stop;
  const auto stopAtFirstWindow = [&](const Json& message) {
    if (message.at("stage") == "infer" && message.at("done") > 0) stop.raise();
  };
  const Json options = request(goldenFile("oblique.nii.gz"), folder / "stopped.nii.gz");
  CHECK_THROWS_WITH_AS(run(options, stop, stopAtFirstWindow), "the job was cancelled", Error);
  CHECK(!std::filesystem::exists(folder / "stopped.nii.gz"));
}

TEST_CASE("a 2-D network goes through a volume with SliceInferer, and over one slice without") {
  const test::TemporaryFolder folder;
  Json options = request(goldenFile("oblique.nii.gz"), folder / "labels.nii.gz");
  options["network"] = Json::parse(test::readText(test::goldenPath("networks/networks.json")))["unet_2d"]["args"];
  options["network"]["name"] = "UNet";
  options["weights"] = test::goldenPath("networks/unet_2d.pt").string();
  options["inferer"]["roi_size"] = {16, 16};
  CHECK_THROWS_WITH_AS(run(options), doctest::Contains("SliceInferer leads a 2-D network through a volume"), Error);
  CHECK(!std::filesystem::exists(folder / "labels.nii.gz"));

  Json slices = options;
  slices["inferer"] = {{"name", "SliceInferer"}, {"roi_size", {16, 16}}, {"spatial_dim", 2}};
  CHECK(run(slices)["shape"] == Json(readHeader(goldenFile("oblique.nii.gz")).shape));

  // Without transforms between file and network, a slice alone has the labels that it has in the volume.
  const Json load = {options["preTransforms"][0], options["preTransforms"][1]};
  const Volume volume = readImage(goldenFile("oblique.nii.gz"));
  writeImage(folder / "slice.nii.gz", {volume.data.narrow(3, 2, 1).contiguous(), volume.affine, {}}, {});
  for (Json* each : {&slices, &options}) (*each)["preTransforms"] = load;
  options["image"] = folder / "slice.nii.gz";
  options["output"]["path"] = folder / "slice_labels.nii.gz";
  options["postTransforms"].erase(2);
  slices["postTransforms"].erase(2);
  run(slices);
  run(options);
  const at::Tensor alone = readImage(folder / "slice_labels.nii.gz").data;
  CHECK(at::equal(alone, readImage(folder / "labels.nii.gz").data.narrow(3, 2, 1)));
  CHECK(alone.max().item<double>() > alone.min().item<double>());
}

TEST_CASE("what cannot be done is said in a sentence") {
  const test::TemporaryFolder folder;
  const Json good = request(goldenFile("oblique.nii.gz"), folder / "never.nii.gz");
  const auto refused = [&](const char* pointer, const Json& value, const char* words) {
    CAPTURE(pointer);
    Json options = good;
    options[Json::json_pointer(pointer)] = value;
    CHECK_THROWS_WITH_AS(run(options), doctest::Contains(words), Error);
  };
  refused("/weights", folder / "absent.pt", "there is no weight file");
  refused("/image", folder / "absent.nii.gz", "absent.nii.gz");
  refused("/device", "gpu", "gpu");
  refused("/precision", "float16", "precision");
  refused("/priority", "now", "priority");
  Volume twice = readImage(good["image"].get<std::string>());
  twice.data = at::cat({twice.data, twice.data});
  writeImage(folder / "channels.nii", twice, {});
  refused("/image", folder / "channels.nii", "the image has 2 channels after the pre-transforms");
  refused("/invert", false, "not on the grid of the image");
  refused("/postTransforms", Json::array(), "3 channels");
  refused("/preTransforms/5", {{"name", "RandFlipd"}, {"keys", "image"}}, "random");
  refused("/output/dtype", "uint9", "uint9");
  refused("/colour", "red", "colour");
  CHECK(!std::filesystem::exists(folder / "never.nii.gz"));
}
