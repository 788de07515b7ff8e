#include "runtime/executor.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#ifdef __linux__
#include <pthread.h>
#endif

namespace mlabel {
namespace {

void nameThread(const std::string& name) {
#ifdef __linux__
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
#endif
}

std::optional<Error> attempt(const Executor::Prepare& prepare) {
  try {
    if (prepare) prepare();
    return std::nullopt;
  } catch (...) {
    return currentError();
  }
}

}  // namespace

struct Executor::Queue {
  mutable std::mutex mutex;
  std::condition_variable changed;
  /// A multimap keeps equal keys in the order of their insertion.
  std::multimap<int, Task> tasks;
  int running = 0;
  bool closing = false;
  std::vector<std::jthread> threads;

  void work(const Prepare& prepare) {
    std::optional<Error> unready = attempt(prepare);
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return closing || !tasks.empty(); });
      if (tasks.empty()) return;
      Task task = take();
      lock.unlock();
      if (unready) unready = attempt(prepare);
      task(unready ? &*unready : nullptr);
      // What the task holds is given up here, outside the lock.
      task = nullptr;
      lock.lock();
      --running;
    }
  }

  /// Under the lock.
  Task take() {
    Task task = std::move(tasks.begin()->second);
    tasks.erase(tasks.begin());
    ++running;
    return task;
  }

  void runMoreUrgent(int rank) {
    std::unique_lock lock(mutex);
    if (tasks.empty() || tasks.begin()->first >= rank) return;
    Task task = take();
    lock.unlock();
    // The thread is ready: a task runs on it.
    task(nullptr);
    task = nullptr;
    lock.lock();
    --running;
  }

  /// Runs what is still queued, then ends the threads.
  void close() {
    {
      const std::lock_guard lock(mutex);
      closing = true;
    }
    changed.notify_all();
    threads.clear();
  }
};

Executor::Executor(const std::string& name, int threads, Prepare prepare) : queue_(std::make_unique<Queue>()) {
  try {
    for (int i = 0; i < threads; ++i) {
      queue_->threads.emplace_back([queue = queue_.get(), name, prepare] {
        nameThread(name);
        queue->work(prepare);
      });
    }
  } catch (const std::system_error& error) {
    queue_->close();
    throw Error(ErrorCode::OutOfMemory, "the system starts no more threads: " + std::string(error.what()));
  }
}

Executor::~Executor() { queue_->close(); }

void Executor::submit(int rank, Task task) {
  {
    const std::lock_guard lock(queue_->mutex);
    queue_->tasks.emplace(rank, std::move(task));
  }
  queue_->changed.notify_one();
}

void Executor::runMoreUrgent(int rank) { queue_->runMoreUrgent(rank); }

bool Executor::busy() const {
  const std::lock_guard lock(queue_->mutex);
  return queue_->running > 0 || !queue_->tasks.empty();
}

}  // namespace mlabel
