#include "runtime/executor.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <string>

using mlabel::Error;
using mlabel::ErrorCode;
using mlabel::Executor;

TEST_CASE("the most urgent task goes first, equals in their order") {
  std::string order;
  std::promise<void> open;
  {
    Executor executor("test", 1);
    // Holds the thread until all the others are queued.
    executor.submit(0, [gate = open.get_future().share()](const Error*) { gate.wait(); });
    executor.submit(3, [&](const Error*) { order += "scoring "; });
    executor.submit(1, [&](const Error*) { order += "infer1 "; });
    executor.submit(0, [&](const Error*) { order += "click "; });
    executor.submit(1, [&](const Error*) { order += "infer2 "; });
    open.set_value();
  }
  CHECK(order == "click infer1 infer2 scoring ");
}

TEST_CASE("a task that can wait lets one more urgent task run, and no equal one") {
  std::string order;
  {
    Executor executor("test", 1);
    executor.submit(1, [&](const Error*) {
      executor.submit(0, [&](const Error*) { order += "click1 "; });
      executor.submit(0, [&](const Error*) { order += "click2 "; });
      executor.submit(1, [&](const Error*) { order += "infer2 "; });
      for (int window = 0; window < 4; ++window) {
        order += "window ";
        executor.runMoreUrgent(1);
      }
    });
  }
  CHECK(order == "window click1 window click2 window window infer2 ");
}

TEST_CASE("an executor is busy while a task runs or waits") {
  Executor executor("test", 1);
  CHECK_FALSE(executor.busy());
  std::promise<void> open;
  std::promise<void> ended;
  executor.submit(0, [gate = open.get_future().share()](const Error*) { gate.wait(); });
  CHECK(executor.busy());
  executor.submit(0, [&](const Error*) { ended.set_value(); });
  open.set_value();
  ended.get_future().wait();
}

TEST_CASE("two threads run two tasks at once; prepare runs first on each thread") {
  std::promise<void> first;
  std::promise<void> second;
  std::atomic<int> prepared{0};
  {
    Executor executor("test", 2, [&] { ++prepared; });
    // Each waits for the other: a single thread would never end.
    executor.submit(0, [&, other = second.get_future().share()](const Error*) { first.set_value(), other.wait(); });
    executor.submit(0, [&, other = first.get_future().share()](const Error*) { second.set_value(), other.wait(); });
  }
  CHECK(prepared == 2);
}

TEST_CASE("a thread that cannot be prepared tells each task why, and tries again before the next") {
  std::atomic<int> attempts{0};
  std::string told;
  {
    // At its start, and before each task until it succeeds.
    Executor executor("test", 1, [&] {
      if (++attempts < 3) throw Error(ErrorCode::Unsupported, "attempt " + std::to_string(attempts));
    });
    for (int task = 0; task < 3; ++task) {
      executor.submit(0,
                      [&](const Error* unready) { told += unready ? std::string(unready->what()) + ", " : "ran, "; });
    }
  }
  CHECK(told == "attempt 2, ran, ran, ");
  CHECK(attempts == 3);
}
