#include "runtime/idle_timer.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace mlabel {

struct IdleTimer::Wait {
  using Clock = std::chrono::steady_clock;

  const std::chrono::milliseconds patience;
  const std::function<void()> action;
  std::mutex mutex;
  std::condition_variable_any changed;
  std::optional<Clock::time_point> due;
  // Last, so that it ends before what it uses.
  std::jthread thread;

  Wait(std::chrono::milliseconds patience, std::function<void()> action)
      : patience(patience), action(std::move(action)), thread([this](const std::stop_token& stop) { work(stop); }) {}

  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (changed.wait(lock, stop, [this] { return due.has_value(); })) {
      const Clock::time_point end = *due;
      changed.wait_until(lock, stop, end, [this, end] { return *due != end; });
      if (stop.stop_requested()) return;
      if (*due != end) continue;
      due.reset();
      lock.unlock();
      action();
      lock.lock();
    }
  }
};

IdleTimer::IdleTimer(std::chrono::milliseconds patience, std::function<void()> action)
    : wait_(std::make_unique<Wait>(patience, std::move(action))) {}

IdleTimer::~IdleTimer() = default;

void IdleTimer::start() {
  {
    const std::lock_guard lock(wait_->mutex);
    wait_->due = Wait::Clock::now() + wait_->patience;
  }
  wait_->changed.notify_all();
}

}  // namespace mlabel
