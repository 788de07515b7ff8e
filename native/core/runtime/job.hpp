// What every job carries: a stop flag that it polls and a way to report progress.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "runtime/error.hpp"
#include "runtime/json.hpp"

namespace mlabel {

/// Raised by whoever abandons a job; shared between the owner and the thread that runs it.
class StopFlag {
 public:
  void raise() noexcept { raised_->store(true, std::memory_order_relaxed); }
  bool raised() const noexcept { return raised_->load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<std::atomic<bool>> raised_ = std::make_shared<std::atomic<bool>>(false);
};

class JobContext {
 public:
  using Progress = std::function<void(const Json&)>;
  /// See giveWay.
  using Gate = std::function<void()>;

  JobContext() = default;
  JobContext(StopFlag stop, Progress progress, Gate gate = {})
      : stop_(std::move(stop)), progress_(std::move(progress)), gate_(std::move(gate)) {}

  bool stopped() const noexcept { return stop_.raised(); }

  /// Throws Cancelled once the stop flag is up. Call it between windows, slabs, steps: every 100 ms or so.
  void check() const {
    if (stop_.raised()) throw Error(ErrorCode::Cancelled, "the job was cancelled");
  }

  /// Lets more urgent work have the device first: a training waits for inference, an inference runs the most urgent
  /// job that goes before it, a click, on its own thread. Call it between steps and windows, where no lock is held; throws as check() does.
  void giveWay() const {
    if (gate_) gate_();
    check();
  }

  /// The same stop flag without progress, for a job inside a job.
  JobContext silent() const { return {stop_, {}, gate_}; }

  /// The same progress for threads that `stop` ends.
  JobContext until(StopFlag stop) const { return {std::move(stop), progress_}; }

  /// Reports progress; may be called from any thread, returns at once.
  void report(const Json& message) const {
    if (progress_) progress_(message);
  }

 private:
  StopFlag stop_;
  Progress progress_;
  Gate gate_;
};

}  // namespace mlabel
