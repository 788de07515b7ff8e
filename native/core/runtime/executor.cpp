#include "runtime/executor.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
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

}  // namespace

struct Executor::Queue {
  mutable std::mutex mutex;
  std::condition_variable changed;
  /// A multimap keeps equal keys in the order of their insertion.
  std::multimap<int, Task> tasks;
  int running = 0;
  bool closing = false;
  std::vector<std::jthread> threads;

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return closing || !tasks.empty(); });
      if (tasks.empty()) return;
      Task task = std::move(tasks.begin()->second);
      tasks.erase(tasks.begin());
      ++running;
      lock.unlock();
      task();
      // What the task holds is given up here, outside the lock.
      task = nullptr;
      lock.lock();
      --running;
    }
  }
};

Executor::Executor(const std::string& name, int threads, Task prepare) : queue_(std::make_unique<Queue>()) {
  for (int i = 0; i < threads; ++i) {
    queue_->threads.emplace_back([queue = queue_.get(), name, prepare] {
      nameThread(name);
      if (prepare) prepare();
      queue->work();
    });
  }
}

Executor::~Executor() {
  {
    const std::lock_guard lock(queue_->mutex);
    queue_->closing = true;
  }
  queue_->changed.notify_all();
  queue_->threads.clear();
}

void Executor::submit(int rank, Task task) {
  {
    const std::lock_guard lock(queue_->mutex);
    queue_->tasks.emplace(rank, std::move(task));
  }
  queue_->changed.notify_one();
}

bool Executor::busy() const {
  const std::lock_guard lock(queue_->mutex);
  return queue_->running > 0 || !queue_->tasks.empty();
}

}  // namespace mlabel
