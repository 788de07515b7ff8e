// Does something once nothing has happened for a while.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace mlabel {

class IdleTimer {
 public:
  /// `action` runs on a thread of its own; it must not throw. Throws std::system_error where no thread can start.
  IdleTimer(std::chrono::milliseconds patience, std::function<void()> action);
  /// Waits for an action that runs; one that is due does not run any more.
  ~IdleTimer();
  IdleTimer(const IdleTimer&) = delete;
  IdleTimer& operator=(const IdleTimer&) = delete;

  /// The action runs when `patience` has passed since the last call. Returns at once.
  void start();

 private:
  struct Wait;
  std::unique_ptr<Wait> wait_;
};

}  // namespace mlabel
