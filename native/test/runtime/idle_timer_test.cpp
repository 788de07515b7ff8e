#include "runtime/idle_timer.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <thread>

using namespace mlabel;
using namespace std::chrono_literals;

TEST_CASE("the action runs once for each start that is left alone") {
  std::promise<void> first, second;
  int count = 0;
  IdleTimer timer(1ms, [&] { (++count == 1 ? first : second).set_value(); });
  timer.start();
  first.get_future().wait();
  timer.start();
  second.get_future().wait();
  CHECK(count == 2);
}

TEST_CASE("every start begins the wait anew, and the end does not wait for it") {
  std::atomic<bool> ran{false};
  {
    IdleTimer timer(1h, [&] { ran = true; });
    timer.start();
    timer.start();
  }
  CHECK_FALSE(ran);
}
