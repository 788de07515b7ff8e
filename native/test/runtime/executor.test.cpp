#include "runtime/executor.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <string>

using mlabel::Executor;

TEST_CASE("the most urgent task goes first, equals in their order") {
  std::string order;
  std::promise<void> open;
  {
    Executor executor("test", 1);
    // Holds the thread until all the others are queued.
    executor.submit(0, [gate = open.get_future().share()] { gate.wait(); });
    executor.submit(3, [&] { order += "scoring "; });
    executor.submit(1, [&] { order += "infer1 "; });
    executor.submit(0, [&] { order += "click "; });
    executor.submit(1, [&] { order += "infer2 "; });
    open.set_value();
  }
  CHECK(order == "click infer1 infer2 scoring ");
}

TEST_CASE("an executor is busy while a task runs or waits") {
  Executor executor("test", 1);
  CHECK_FALSE(executor.busy());
  std::promise<void> open;
  std::promise<void> ended;
  executor.submit(0, [gate = open.get_future().share()] { gate.wait(); });
  CHECK(executor.busy());
  executor.submit(0, [&] { ended.set_value(); });
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
    executor.submit(0, [&, other = second.get_future().share()] { first.set_value(), other.wait(); });
    executor.submit(0, [&, other = first.get_future().share()] { second.set_value(), other.wait(); });
  }
  CHECK(prepared == 2);
}
