#include "networks/weights.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "golden.hpp"
#include "networks/predictor.hpp"
#include "runtime/random_state.hpp"
#include "temporary_folder.hpp"

using namespace mlabel;
using mlabel::test::goldenPath;
using namespace std::string_literals;

namespace {

std::string written(const std::string& path, const std::string& bytes) {
  test::writeBytes(path, bytes);
  return path;
}

/// What scripts/golden/make_weights.py puts into most files.
void checkTensors(const StateDict& found) {
  const at::Tensor base = at::arange(24, at::kFloat);
  const StateDict expected{
      {"a", base.view({2, 3, 4})},
      {"b", base.view({4, 6}).t().slice(0, 1, 3)},
      {"half", at::tensor({1.5, -2.0}).to(at::kHalf)},
      {"brief", at::tensor({0.5, 3.0}).to(at::kBFloat16)},
      {"count", at::scalar_tensor(7, at::kLong)},
      {"empty", at::zeros({0, 3})},
  };
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i].first == expected[i].first);
    CHECK(found[i].second.dtype() == expected[i].second.dtype());
    CHECK(found[i].second.equal(expected[i].second));
  }
}

/// Whatever a damaged file holds: either tensors or an Error, and every tensor can be read through.
bool loads(const std::string& path) {
  try {
    for (const auto& [name, tensor] : readStateDict(path)) tensor.to(at::kDouble).sum();
    return true;
  } catch (const Error& error) {
    CHECK(std::string(toString(error.code())) != "INTERNAL");
    CHECK(std::string(error.what()).size() < 400);
    return false;
  }
}

std::string codeOf(const std::string& path) {
  try {
    readStateDict(path);
  } catch (const Error& error) {
    return std::string(toString(error.code()));
  }
  return "none";
}

/// The legacy layout around a pickle of one's own.
std::string legacyFile(const std::string& pickle) {
  const std::string magic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
  const std::string version("\x80\x02M\xe9\x03.", 6);
  return magic + version + "\x80\x02}." + pickle + "\x80\x02].";
}

}  // namespace

TEST_CASE("every layout that Python writes gives the same tensors") {
  for (const char* name :
       {"bare", "protocol4", "protocol5", "legacy", "model_key", "data_parallel", "parameters", "metatensor"}) {
    CAPTURE(name);
    checkTensors(readStateDict(goldenPath(std::string("weights/") + name + ".pt")));
  }
}

TEST_CASE("a pickled module, a TorchScript archive and a training checkpoint give the module's state dict") {
  const StateDict expected = readStateDict(goldenPath("weights/module_state.pt"));
  CHECK(expected.size() == 8);
  for (const char* name : {"module", "script", "training"}) {
    CAPTURE(name);
    const StateDict found = readStateDict(goldenPath(std::string("weights/") + name + ".pt"));
    REQUIRE(found.size() == expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].first == expected[i].first);
      CHECK(found[i].second.equal(expected[i].second));
    }
  }
}

TEST_CASE("what is written is read back") {
  const test::TemporaryFolder folder;
  const StateDict weights = readStateDict(goldenPath("weights/bare.pt"));
  writeStateDict(folder / "weights.pt", weights);
  checkTensors(readStateDict(folder / "weights.pt"));

  const Json values = parseJson(R"({"epoch": 3, "large": -5000000000, "best": 0.25, "done": true, "name": "run"})");
  writeCheckpoint(folder / "checkpoint.pt", {{{"model", weights}, {"optimizer", {{"step", at::ones({2})}}}}, values});
  const Checkpoint checkpoint = readCheckpoint(folder / "checkpoint.pt");
  checkTensors(checkpoint.part("model"));
  CHECK(checkpoint.part("optimizer").at(0).second.equal(at::ones({2})));
  CHECK(checkpoint.values == values);
  CHECK_THROWS_AS(checkpoint.part("scheduler"), Error);
  checkTensors(readStateDict(folder / "checkpoint.pt"));
  CHECK_THROWS_AS(writeStateDict(folder / "no/such/folder.pt", weights), Error);
}

TEST_CASE("a damaged file is refused or read, never believed") {
  const test::TemporaryFolder folder;
  RandomState random(1);
  for (const char* name : {"bare", "legacy", "module", "script", "training"}) {
    CAPTURE(name);
    const std::string good = test::readText(goldenPath(std::string("weights/") + name + ".pt"));
    for (size_t length = 0; length < good.size(); length += 1 + good.size() / 60) {
      CHECK_FALSE(loads(written(folder / "truncated.pt", good.substr(0, length))));
    }
    for (int i = 0; i < 400; ++i) {
      std::string damaged = good;
      for (int64_t flips = random.randint(1, 4); flips-- > 0;) {
        damaged[random.randint(0, static_cast<int64_t>(good.size()))] = static_cast<char>(random.randint(0, 256));
      }
      loads(written(folder / "damaged.pt", damaged));
    }
  }
}

TEST_CASE("hostile pickles end quickly with the right error") {
  const test::TemporaryFolder folder;
  const auto code = [&](const std::string& pickle) {
    return codeOf(written(folder / "hostile.pt", legacyFile("\x80\x02" + pickle)));
  };
  std::string nested, tuples;
  for (int i = 0; i < 3'000'000; ++i) nested += ']';
  CHECK(code(nested + ".") == "TOO_LARGE");
  nested.resize(900'000);
  CHECK(code(nested + std::string(899'999, 'a') + ".") == "INVALID_FILE");  // a list in a list in a list …
  for (int i = 0; i < 200'000; ++i) tuples += "h\x01\x85";
  CHECK(code("(" + std::string(900'000, 'N') + "tq\x01" + tuples + ".") == "TOO_LARGE");
  // set(a large tuple), many times over
  std::string copies = "c__builtin__\nset\nq\x01(" + std::string(100'000, 'N') + "tq\x02";
  for (int i = 0; i < 1000; ++i) copies += "h\x01h\x02\x85R";
  CHECK(code(copies + ".") == "TOO_LARGE");
  CHECK(code("N" + std::string(3'000'000, '\x94') + ".") == "TOO_LARGE");  // one object, remembered many times over
  CHECK(code("X\xff\xff\xff\xff"
             "a.") == "INVALID_FILE");
  CHECK(code("}.") == "INVALID_FILE");
  CHECK(code("cos\nsystem\nU\x02ls\x85R.") == "INVALID_FILE");  // stays an opaque object
  CHECK(code("h\x07.") == "INVALID_FILE");
  CHECK(code("t.") == "INVALID_FILE");
}

TEST_CASE("tensors that lie about their place are refused") {
  const test::TemporaryFolder folder;
  const auto text = [](const std::string& value) {
    return "U" + std::string(1, static_cast<char>(value.size())) + value;
  };
  const auto code = [&](const std::string& offsetSizesStrides) {
    const std::string storage = "(" + text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") + "K\x04tQ";
    const std::string tensor = "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + offsetSizesStrides + "\x89NtR";
    return codeOf(written(folder / "lying.pt", legacyFile("\x80\x02}" + text("w") + tensor + "s.")));
  };
  CHECK(code("K\x01K\x04\x85K\x01\x85") == "INVALID_FILE");                       // offset 1, four of four
  CHECK(code("K"s + '\0' + "K\x02K\x03\x86K\x02K\x01\x86") == "INVALID_FILE");    // 2×3 of four
  CHECK(code("J\xff\xff\xff\xffK\x01\x85K\x01\x85") == "INVALID_FILE");           // offset -1
  CHECK(code("K"s + '\0' + "J\xff\xff\xff\xff\x85K\x01\x85") == "INVALID_FILE");  // size -1
  CHECK(code("K"s + '\0' + "J\xff\xff\xff\x7f\x85K"s + '\0' + "\x85") ==
        "INVALID_FILE");  // a number repeated 2³¹ times
}

TEST_CASE("what is no weight file says so") {
  const test::TemporaryFolder folder;
  CHECK(codeOf(folder / "absent.pt") == "NOT_FOUND");
  CHECK(codeOf(written(folder / "empty.pt", "")) == "INVALID_FILE");
  CHECK(codeOf(written(folder / "text.pt", "not a weight file")) == "INVALID_FILE");
  CHECK(codeOf(written(folder / "zip.pt", std::string("PK\x05\x06", 4) + std::string(18, '\0'))) == "INVALID_FILE");
}

TEST_CASE("loading by name lists what does not fit") {
  const auto network = makeNetwork(parseJson(
      R"({"name": "UNet", "spatial_dims": 2, "in_channels": 1, "out_channels": 2, "channels": [2, 3], "strides": [2]})"));
  StateDict weights;
  for (const auto& [name, tensor] : stateDict(*network)) weights.emplace_back(name, at::ones_like(tensor));
  CHECK(loadStateDict(*network, weights, true).empty());
  CHECK(stateDict(*network)[0].second.equal(weights[0].second));

  weights[0].second = at::zeros({5, 5});
  weights.back().first = "other.weight";
  CHECK(loadStateDict(*network, weights, false).size() == 3);
  std::string message;
  try {
    loadStateDict(*network, weights, true);
  } catch (const Error& error) {
    message = error.what();
  }
  for (const char* part :
       {"[5, 5] in the file", "[2, 1, 3, 3] in the network", "missing: ", "unexpected: other.weight"}) {
    CHECK(message.find(part) != std::string::npos);
  }
}

namespace {

std::shared_ptr<Network> smallNetwork() {
  return makeNetwork(
      parseJson(R"({"name": "UNet", "spatial_dims": 2, "in_channels": 1, "out_channels": 2, "channels": [2, 3],
                                   "strides": [2], "norm": "batch"})"));
}

StateDict behind(const std::string& prefix, const StateDict& weights) {
  StateDict all;
  for (const auto& [name, tensor] : weights) all.emplace_back(prefix + name, tensor);
  return all;
}

std::string loadingError(const StateDict& weights) {
  try {
    loadStateDict(*smallNetwork(), weights, true);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("weights in the wrappings of torch.compile, DataParallel, Lightning and trainers") {
  const test::TemporaryFolder folder;
  const StateDict plain = stateDict(*smallNetwork());
  for (const char* prefix : {"module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module.", "_model.", "net.",
                             "network.", "model.", "module._model."}) {
    CAPTURE(std::string(prefix));
    writeStateDict(folder / "w.pt", behind(prefix, plain));
    const auto network = smallNetwork();
    CHECK(loadStateDict(*network, readStateDict(folder / "w.pt"), true).empty());
    for (size_t i = 0; i < plain.size(); ++i) CHECK(stateDict(*network)[i].second.equal(plain[i].second));
  }
  for (const char* wrapper : {"model", "state_dict", "network_weights", "weights", "net", "params"}) {
    CAPTURE(std::string(wrapper));
    writeCheckpoint(folder / "w.pt", {{{wrapper, plain}}, parseJson(R"({"epoch": 3})")});
    CHECK(loadingError(readStateDict(folder / "w.pt")).empty());
  }
}

TEST_CASE("what lies around the network in its file is left; two networks in a file are no choice of ours") {
  const StateDict plain = stateDict(*smallNetwork());
  StateDict lightning = behind("net.", plain);
  lightning.emplace_back("loss.weight", at::ones({2}));
  CHECK(loadingError(lightning).empty());
  lightning.emplace_back("net.other", at::ones({2}));
  CHECK(loadingError(lightning).find("unexpected: other") != std::string::npos);

  StateDict both = behind("student.", plain);
  for (const auto& entry : behind("teacher.", plain)) both.push_back(entry);
  CHECK(loadingError(both).find("unexpected: student.") != std::string::npos);
  StateDict averaged = plain;
  for (const auto& entry : behind("ema.", plain)) averaged.push_back(entry);
  CHECK(loadingError(averaged).find("unexpected: ema.") != std::string::npos);
}

TEST_CASE("counts of batches may be missing, and nothing else") {
  StateDict weights = stateDict(*smallNetwork());
  std::erase_if(weights, [](const auto& entry) { return entry.first.ends_with("num_batches_tracked"); });
  CHECK(weights.size() < stateDict(*smallNetwork()).size());
  CHECK(loadingError(weights).empty());
  std::erase_if(weights, [](const auto& entry) { return entry.first.ends_with("running_mean"); });
  CHECK(loadingError(weights).find("missing: ") != std::string::npos);
}

TEST_CASE("weights that are not finite are refused by name") {
  for (const float broken : {NAN, INFINITY}) {
    StateDict weights = stateDict(*smallNetwork());
    weights[0].second = weights[0].second.clone();
    weights[0].second.view(-1)[3] = broken;
    CHECK(loadingError(weights) == "1 of the 18 weights in " + weights[0].first +
                                       " are not finite numbers; the training that wrote them has failed");
  }
}

TEST_CASE("a TorchScript file predicts; a damaged one is refused") {
  const test::TemporaryFolder folder;
  const std::string path = goldenPath("weights/script.pt");
  const auto predictor = makeScriptPredictor(path, c10::Device("cpu"), Precision::Float32);
  CHECK(predictor->predict(at::ones({4, 3}), {}).sizes() == at::IntArrayRef({4, 2}));
  const std::string good = test::readText(path);
  for (size_t length = 0; length < good.size(); length += 1 + good.size() / 20) {
    const std::string damaged = written(folder / "truncated.pt", good.substr(0, length));
    CHECK_THROWS_AS(makeScriptPredictor(damaged, c10::Device("cpu"), Precision::Float32), Error);
  }
  CHECK_THROWS_AS(makeScriptPredictor(goldenPath("weights/bare.pt"), c10::Device("cpu"), Precision::Float32), Error);
}

TEST_CASE("reading stops where the job is abandoned") {
  StopFlag stop;
  stop.raise();
  CHECK_THROWS_WITH_AS(readStateDict(goldenPath("weights/bare.pt"), JobContext(stop, {})), "the job was cancelled",
                       Error);
}
