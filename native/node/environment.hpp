// One JavaScript environment (the main thread or a worker) and the jobs it waits for. Lives on that thread.
#pragma once

#include <napi.h>

#include <map>
#include <memory>
#include <string>

#include "mailbox.hpp"
#include "runtime/job.hpp"

namespace mlabel {

class Environment {
 public:
  explicit Environment(Napi::Env env);
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  /// Starts an operation. Returns `{ answer: Promise<{ json, buffers }>, stop(): void }`; a refused one has rejected already.
  /// `onProgress` may be empty. Should it throw, the job is stopped and its promise rejects with what was thrown.
  Napi::Value submit(Napi::Env env, const std::string& operation, const std::string& options,
                     Napi::Function onProgress);

  /// Before the environment goes: raises the stop flags of its jobs and lets no thread speak to it any more.
  void close() noexcept;

 private:
  struct Job {
    Napi::Promise::Deferred answer;
    StopFlag stop;
    Napi::FunctionReference onProgress;
    /// What onProgress threw.
    Napi::Reference<Napi::Value> thrown;
  };

  void deliver(Napi::Env env);
  void deliverProgress(Napi::Env env, Job& job, const std::string& text);
  void settle(Napi::Env env, const Job& job, const Message& message);

  std::shared_ptr<Mailbox> mailbox_;
  std::map<uint64_t, Job> jobs_;
  uint64_t lastJob_ = 0;
};

}  // namespace mlabel
