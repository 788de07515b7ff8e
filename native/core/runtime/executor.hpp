// Threads that take tasks from one queue, the most urgent first. A device is owned by an executor of one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/error.hpp"

namespace mlabel {

class Executor {
 public:
  /// Must not throw. `unready` is null, or why the thread could not be prepared: the task then says so and does nothing.
  using Task = std::function<void(const Error* unready)>;
  using Prepare = std::function<void()>;

  /// Starts the threads. `name` is what a debugger shows (15 characters). `prepare` runs first on each of them; where it
  /// throws, it is tried again before the next task. Throws OutOfMemory where the system starts no more threads.
  Executor(const std::string& name, int threads, Prepare prepare = {});
  /// Runs what is still queued, then ends the threads.
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// Queues a task. A lower `rank` goes first; equal ranks keep their order.
  void submit(int rank, Task task);

  /// Called by a task of `rank` where it can wait: runs the most urgent of the waiting tasks that go before it, on this
  /// thread. One at most, so that a task that calls this often ends in time however many come.
  void runMoreUrgent(int rank);

  /// True while a task runs or waits.
  bool busy() const;

 private:
  struct Queue;
  std::unique_ptr<Queue> queue_;
};

}  // namespace mlabel
