// What the core's threads have to say to one JavaScript environment.
#pragma once

#include <napi.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "runtime/answer.hpp"

namespace mlabel {

/// From a job to its environment: progress, or the end with an answer or an error.
struct Message {
  enum class Kind { Progress, Answer, Error };
  uint64_t job = 0;
  Kind kind = Kind::Progress;
  /// JSON of the progress or of the answer; the sentence of an error.
  std::string text;
  /// Of an answer.
  std::map<std::string, Buffer> buffers;
  /// Of an error: the spelling of its ErrorCode.
  std::string code;
};

/// Written from any thread, emptied on the environment's thread. Outlives the environment where a job does.
class Mailbox {
 public:
  /// `wake` runs on the environment's thread after a message has arrived. An empty mailbox does not keep the event loop
  /// alive until `holdLoop(env, true)`.
  static std::shared_ptr<Mailbox> open(Napi::Env env, std::function<void(Napi::Env)> wake);

  /// Any thread; after `close` the message is dropped.
  void post(Message message) noexcept;

  /// The environment's thread: everything that has arrived, in order.
  std::deque<Message> take();

  /// The environment's thread: whether a job is pending for which the event loop must stay alive.
  void holdLoop(Napi::Env env, bool hold);

  /// The environment's thread, before the environment goes: from here on no thread touches it.
  void close() noexcept;

 private:
  static void ring(Napi::Env env, Napi::Function, Mailbox* mailbox, void*);
  using Bell = Napi::TypedThreadSafeFunction<Mailbox, void, ring>;

  std::mutex mutex_;
  std::deque<Message> messages_;
  bool open_ = true;
  Bell bell_;
  std::function<void(Napi::Env)> wake_;
};

}  // namespace mlabel
