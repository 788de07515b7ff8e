#include "runtime/runtime.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include "runtime/device.hpp"

using namespace mlabel;

namespace {

using Body = std::function<Json(Runtime&, const JobContext&)>;

class TestOperation : public SimpleOperation {
 public:
  TestOperation(Lane lane, Body body, std::string device = "cpu")
      : lane_(lane), body_(std::move(body)), device_(std::move(device)) {}
  Lane lane() const override { return lane_; }
  std::string device() const override { return device_; }
  Json run(Runtime& runtime, const JobContext& context) override { return body_(runtime, context); }

 private:
  Lane lane_;
  Body body_;
  std::string device_;
};

/// What a job came to: its answer as text, or its error as "CODE message".
std::future<std::string> submit(Runtime& runtime, Lane lane, Body body, const StopFlag& stop = {}) {
  auto outcome = std::make_shared<std::promise<std::string>>();
  runtime.submit(
      std::make_unique<TestOperation>(lane, std::move(body)), stop, {},
      [outcome](const Answer* answer, const Error* error) {
        outcome->set_value(error ? std::string(toString(error->code())) + " " + error->what() : answer->json.dump());
      });
  return outcome->get_future();
}

Body waiting(std::shared_future<void> gate) {
  return [gate](Runtime&, const JobContext&) -> Json {
    gate.wait();
    return "waited";
  };
}

Body answering(const std::string& word) {
  return [word](Runtime&, const JobContext&) -> Json { return word; };
}

Body throwing(const std::function<void()>& thrower) {
  return [thrower](Runtime&, const JobContext&) -> Json {
    thrower();
    return nullptr;
  };
}

/// While it lives, the process gets 16 MiB more address space, and a thread's stack takes 64, so that no stack of an ended
/// thread is used again.
class NoMoreThreads {
 public:
  NoMoreThreads() {
    ::getrlimit(RLIMIT_AS, &space_);
    ::pthread_getattr_default_np(&attributes_);
    pthread_attr_t large;
    ::pthread_attr_init(&large);
    ::pthread_attr_setstacksize(&large, size_t{64} << 20);
    ::pthread_setattr_default_np(&large);
    ::pthread_attr_destroy(&large);
    rlim_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit tight = space_;
    tight.rlim_cur = pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + (rlim_t{16} << 20);
    ::setrlimit(RLIMIT_AS, &tight);
  }
  ~NoMoreThreads() {
    ::setrlimit(RLIMIT_AS, &space_);
    ::pthread_setattr_default_np(&attributes_);
    ::pthread_attr_destroy(&attributes_);
  }
  NoMoreThreads(const NoMoreThreads&) = delete;
  NoMoreThreads& operator=(const NoMoreThreads&) = delete;

 private:
  rlimit space_{};
  pthread_attr_t attributes_{};
};

}  // namespace

TEST_CASE("every exception of a job becomes an error with a code, and the thread lives on") {
  Runtime runtime;
  const auto outcome = [&](const std::function<void()>& thrower) {
    return submit(runtime, Lane::Infer, throwing(thrower)).get();
  };
  CHECK(outcome([] { throw Error(ErrorCode::TooLarge, "big"); }) == "TOO_LARGE big");
  CHECK(outcome([] { throw std::runtime_error("odd"); }) == "INTERNAL odd");
  CHECK(outcome([] { throw 7; }) == "INTERNAL an unknown native exception");
  CHECK(outcome([] { at::empty({int64_t{1} << 50}); }).starts_with("TOO_LARGE"));
  CHECK(outcome([] { throw std::bad_alloc(); }).starts_with("OUT_OF_MEMORY"));
  CHECK(outcome([] { at::ones({2, 3}).matmul(at::ones({2, 3})); }).rfind("INTERNAL", 0) == 0);
  CHECK(submit(runtime, Lane::Infer, answering("alive")).get() == "\"alive\"");
}

TEST_CASE("a job that is stopped while it waits ends as cancelled without running") {
  Runtime runtime;
  std::promise<void> open;
  bool ran = false;
  StopFlag stop;
  auto first = submit(runtime, Lane::Infer, waiting(open.get_future().share()));
  auto second = submit(
      runtime, Lane::Infer, [&](Runtime&, const JobContext&) -> Json { return ran = true; }, stop);
  CHECK(runtime.pending() == 2);
  stop.raise();
  open.set_value();
  CHECK(first.get() == "\"waited\"");
  CHECK(second.get() == "CANCELLED the job was cancelled");
  CHECK_FALSE(ran);
}

TEST_CASE("files and training do not wait for the device's own thread") {
  Runtime runtime;
  std::promise<void> open;
  auto infer = submit(runtime, Lane::Infer, waiting(open.get_future().share()));
  CHECK(submit(runtime, Lane::Files, answering("files")).get() == "\"files\"");
  CHECK(submit(runtime, Lane::Training, answering("training")).get() == "\"training\"");
  open.set_value();
  CHECK(infer.get() == "\"waited\"");
}

namespace {

/// Calls `told` with the number of each stage.
class StagedOperation : public Operation {
 public:
  StagedOperation(std::vector<Lane> lanes, std::function<void(size_t, const JobContext&)> told,
                  std::shared_ptr<int> held = {})
      : lanes_(std::move(lanes)), told_(std::move(told)), held_(std::move(held)) {}

  std::vector<Stage> stages() override {
    std::vector<Stage> all;
    for (size_t i = 0; i < lanes_.size(); ++i) {
      const auto work = [this, i](Runtime&, const JobContext& context, Answer& answer) {
        answer.json.push_back(i);
        told_(i, context);
      };
      all.push_back({lanes_[i], work});
    }
    return all;
  }

 private:
  std::vector<Lane> lanes_;
  std::function<void(size_t, const JobContext&)> told_;
  std::shared_ptr<int> held_;
};

std::future<std::string> submit(Runtime& runtime, std::unique_ptr<Operation> operation, const StopFlag& stop = {}) {
  auto outcome = std::make_shared<std::promise<std::string>>();
  runtime.submit(std::move(operation), stop, {}, [outcome](const Answer* answer, const Error* error) {
    outcome->set_value(error ? error->what() : answer->json.dump());
  });
  return outcome->get_future();
}

const std::vector<Lane> threeStages{Lane::Files, Lane::Infer, Lane::Files};

}  // namespace

TEST_CASE("the stages of a job follow each other; of one that is stopped none runs any more, and nothing is held") {
  Runtime runtime;
  const auto nothing = [](size_t, const JobContext&) {};
  CHECK(submit(runtime, std::make_unique<StagedOperation>(threeStages, nothing)).get() == "[0,1,2]");

  for (size_t last = 0; last < 3; ++last) {
    StopFlag stop;
    const auto held = std::make_shared<int>();
    std::vector<size_t> ran;
    const auto stopAtLast = [&](size_t stage, const JobContext&) {
      ran.push_back(stage);
      if (stage == last) stop.raise();
    };
    const auto outcome = submit(runtime, std::make_unique<StagedOperation>(threeStages, stopAtLast, held), stop).get();
    // What is done when the flag rises is given.
    CHECK(outcome == (last == 2 ? "[0,1,2]" : "the job was cancelled"));
    CHECK(ran.size() == last + 1);
    while (runtime.pending() > 0) std::this_thread::yield();
    CHECK(held.use_count() == 1);
  }
}

TEST_CASE("a click runs in the midst of an inference that lets it, ten of them do not keep it from its end") {
  Runtime runtime;
  std::mutex mutex;
  std::string order;
  const auto note = [&](const char* what) {
    const std::lock_guard lock(mutex);
    order += what;
  };
  std::vector<std::future<std::string>> clicks;
  const auto windows = [&](size_t stage, const JobContext& context) {
    if (stage != 1) return;
    for (int click = 0; click < 10; ++click) {
      clicks.push_back(submit(runtime, Lane::Click, [&](Runtime&, const JobContext&) -> Json {
        note("c");
        return nullptr;
      }));
    }
    for (int window = 0; window < 12; ++window) {
      note("w");
      context.giveWay();
    }
  };
  auto inference = submit(runtime, std::make_unique<StagedOperation>(threeStages, windows));
  CHECK(inference.get() == "[0,1,2]");
  for (auto& click : clicks) CHECK(click.get() == "null");
  CHECK(order == "wcwcwcwcwcwcwcwcwcwcww");
}

TEST_CASE(
    "of many jobs that hold images, three of a lane are under way, and clicks and other lanes do not wait for them") {
  Runtime runtime;
  std::promise<void> open;
  const auto gate = open.get_future().share();
  std::atomic<int> begun = 0;
  const auto body = [&](size_t stage, const JobContext&) {
    if (stage == 0) ++begun;
    if (stage == 1) gate.wait();
  };
  std::vector<std::future<std::string>> all;
  for (int job = 0; job < 8; ++job) {
    all.push_back(submit(runtime, std::make_unique<StagedOperation>(threeStages, body)));
  }
  const std::vector<Lane> batch{Lane::Files, Lane::Batch, Lane::Files};
  std::promise<void> other;
  const auto tell = [&](size_t stage, const JobContext&) {
    if (stage == 0) other.set_value();
  };
  all.push_back(submit(runtime, std::make_unique<StagedOperation>(batch, tell)));
  other.get_future().wait();
  // The file thread that prepared the batch's image has had time for the other five.
  CHECK(submit(runtime, Lane::Files, answering("files")).get() == "\"files\"");
  CHECK(begun == 3);
  open.set_value();
  for (auto& each : all) CHECK(each.get() == "[0,1,2]");
  CHECK(begun == 8);
}

TEST_CASE("a runtime that goes away ends jobs that wait for admission or for their next stage") {
  std::vector<std::future<std::string>> all;
  {
    Runtime runtime;
    std::promise<void> started;
    std::atomic<bool> first = true;
    const auto body = [&started, &first](size_t stage, const JobContext& context) {
      if (stage != 1) return;
      if (first.exchange(false)) started.set_value();
      while (true) context.check();
    };
    for (int job = 0; job < 40; ++job) {
      all.push_back(submit(runtime, std::make_unique<StagedOperation>(threeStages, body)));
    }
    started.get_future().wait();
  }
  for (auto& each : all) CHECK(each.get() == "the job was cancelled");
}

TEST_CASE("what runs out of memory runs once more when room has been made") {
  Runtime runtime;
  int tries = 0;
  const auto twice = [&](Runtime&, const JobContext&) -> Json {
    if (++tries == 1) throw std::bad_alloc();
    return tries;
  };
  CHECK(submit(runtime, Lane::Files, twice).get() == "2");
  const auto never = [&](Runtime&, const JobContext&) -> Json { throw std::bad_alloc(); };
  CHECK(submit(runtime, Lane::Pictures, never).get().starts_with("OUT_OF_MEMORY"));
}

TEST_CASE("a runtime that goes away stops what runs and what waits") {
  std::future<std::string> running, queued;
  std::promise<void> started;
  {
    Runtime runtime;
    running = submit(runtime, Lane::Infer, [&](Runtime&, const JobContext& context) -> Json {
      started.set_value();
      while (true) context.check();
    });
    queued = submit(runtime, Lane::Scoring, answering("never"));
    started.get_future().wait();
  }
  CHECK(running.get() == "CANCELLED the job was cancelled");
  CHECK(queued.get() == "CANCELLED the job was cancelled");
}

TEST_CASE("a device that is not there is refused before anything is queued") {
  Runtime runtime;
  const auto code = [&](const std::string& device) -> std::string {
    try {
      runtime.submit(std::make_unique<TestOperation>(Lane::Infer, answering(""), device), {}, {}, {});
    } catch (const Error& error) {
      return std::string(toString(error.code()));
    }
    return "none";
  };
  CHECK(code("gpu") == "INVALID_INPUT");
  CHECK(code("cuda:-1") == "INVALID_INPUT");
  CHECK(code("cuda:99") == "UNSUPPORTED");
  CHECK(code("meta") == "UNSUPPORTED");
  CHECK(runtime.pending() == 0);
}

TEST_CASE("missing weights are NotFound and name the file") {
  Runtime runtime;
  const auto body = [](Runtime& inside, const JobContext&) -> Json {
    inside.predictor(nullptr, "nowhere/model.pt", "cpu", Precision::Float32, {});
    return nullptr;
  };
  CHECK(submit(runtime, Lane::Infer, body).get() ==
        "NOT_FOUND there is no weight file nowhere/model.pt; train the model or put its weights there");
}

TEST_CASE("the processor is a device with memory") {
  REQUIRE_FALSE(devices().empty());
  CHECK(devices().front().is_cpu());
  const DeviceMemory memory = deviceMemory(devices().front());
  CHECK(memory.total > 0);
  CHECK(memory.free > 0);
  CHECK(memory.free <= memory.total);
}

namespace {

/// What a task on a lane was told: "ran", or why its device is not ready.
std::string told(Lanes& lanes, Lane lane, c10::Device device) {
  std::promise<std::string> outcome;
  lanes.submit(lane, device, [&](const Error* unready) { outcome.set_value(unready ? unready->what() : "ran"); });
  return outcome.get_future().get();
}

}  // namespace

TEST_CASE("a device that cannot be opened fails its jobs, is tried again, and leaves the processor alone") {
  const c10::Device ill("meta");
  std::atomic<bool> broken{true};
  Lanes lanes(1, {.use = [&](c10::Device device, bool) {
                if (broken && !device.is_cpu()) throw Error(ErrorCode::Unsupported, "it is taken by another program");
              }});
  for (const Lane lane : {Lane::Infer, Lane::Training, Lane::Click}) {
    CHECK(told(lanes, lane, ill) == "meta cannot be opened: it is taken by another program");
    CHECK(told(lanes, lane, c10::Device("cpu")) == "ran");
  }
  CHECK(lanes.fault(ill) == "it is taken by another program");
  CHECK(lanes.fault(c10::Device("cpu")).empty());
  broken = false;
  CHECK(told(lanes, Lane::Infer, ill) == "ran");
  CHECK(lanes.fault(ill).empty());
}

TEST_CASE("a device that fails for good is not used again, and says so") {
  std::atomic<bool> dead{false};
  Runtime runtime({.probe = [&](c10::Device) {
    if (dead) throw std::runtime_error("CUDA error: an illegal memory access was encountered");
  }});
  const auto failing = [&](bool forGood) {
    return throwing([&dead, forGood] {
      dead = forGood;
      throw std::runtime_error("odd");
    });
  };
  CHECK(submit(runtime, Lane::Infer, failing(false)).get() == "INTERNAL odd");
  CHECK(submit(runtime, Lane::Infer, answering("alive")).get() == "\"alive\"");
  CHECK(submit(runtime, Lane::Infer, failing(true)).get() == "INTERNAL odd");
  const std::string reason = "CUDA error: an illegal memory access was encountered";
  for (const Lane lane : {Lane::Infer, Lane::Training}) {
    CHECK(submit(runtime, lane, answering("never")).get() ==
          "INTERNAL cpu has failed and needs a restart of the server: " + reason);
  }
  CHECK(runtime.fault(c10::Device("cpu")) == reason);
  CHECK(submit(runtime, Lane::Files, answering("files")).get() == "\"files\"");
}

TEST_CASE("where the system starts no more threads, the job is refused, and the next one tries again") {
  Runtime runtime;
  {
    const NoMoreThreads limit;
    CHECK_THROWS_WITH_AS(submit(runtime, Lane::Infer, answering("never")),
                         doctest::Contains("the system starts no more threads"), Error);
    CHECK(submit(runtime, Lane::Files, answering("files")).get() == "\"files\"");
  }
  CHECK(runtime.pending() == 0);
  CHECK(submit(runtime, Lane::Infer, answering("again")).get() == "\"again\"");
}
