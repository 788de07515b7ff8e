#include "environment.hpp"

#include <memory>
#include <utility>

#include "operations/operation.hpp"
#include "process_runtime.hpp"

namespace mlabel {
namespace {

Napi::Error toJavaScript(Napi::Env env, const std::string& code, const std::string& text) {
  Napi::Error error = Napi::Error::New(env, text);
  error.Set("code", Napi::String::New(env, code));
  return error;
}

/// Text for the boundary; a path that is no UTF-8 must not become an exception here.
std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Message answerOf(uint64_t job, Answer* answer, const Error* error) {
  if (answer != nullptr) return {job, Message::Kind::Answer, dump(answer->json), std::move(answer->buffers), {}};
  return {job, Message::Kind::Error, error->what(), {}, std::string(toString(error->code()))};
}

/// An ArrayBuffer over the bytes themselves, which lives on as their owner.
Napi::Value toJavaScript(Napi::Env env, Buffer buffer) {
  if (buffer.size == 0) return Napi::ArrayBuffer::New(env, 0);
  auto owner = std::make_unique<std::shared_ptr<void>>(std::move(buffer.owner));
  const auto giveUp = [](Napi::Env, void*, std::shared_ptr<void>* held) {
    std::unique_ptr<std::shared_ptr<void>>{held};
  };
  const Napi::Value value = Napi::ArrayBuffer::New(env, buffer.data, buffer.size, giveUp, owner.get());
  // From here on the engine's garbage collection owns it.
  static_cast<void>(owner.release());
  return value;
}

Napi::Value toJavaScript(Napi::Env env, const Message& answer) {
  Napi::Object buffers = Napi::Object::New(env);
  for (const auto& [name, buffer] : answer.buffers) buffers.Set(name, toJavaScript(env, buffer));
  Napi::Object object = Napi::Object::New(env);
  object.Set("json", Napi::String::New(env, answer.text));
  object.Set("buffers", buffers);
  return object;
}

}  // namespace

Environment::Environment(Napi::Env env) : mailbox_(Mailbox::open(env, [this](Napi::Env inside) { deliver(inside); })) {}

Napi::Value Environment::submit(Napi::Env env, const std::string& operation, const std::string& options,
                                Napi::Function onProgress) {
  const uint64_t id = ++lastJob_;
  const auto deferred = Napi::Promise::Deferred::New(env);
  StopFlag stop;
  try {
    std::unique_ptr<Operation> parsed = makeOperation(operation, parseJson(options));
    JobContext::Progress progress;
    Napi::FunctionReference listener;
    if (!onProgress.IsEmpty()) {
      listener = Napi::Persistent(onProgress);
      progress = [mailbox = mailbox_, id](const Json& text) {
        mailbox->post({id, Message::Kind::Progress, dump(text), {}, {}});
      };
    }
    processRuntime().submit(
        std::move(parsed), stop, std::move(progress),
        [mailbox = mailbox_, id](Answer* answer, const Error* error) { mailbox->post(answerOf(id, answer, error)); });
    // Messages are delivered on this very thread: the job is listed before the first of them is read.
    if (jobs_.empty()) mailbox_->holdLoop(env, true);
    jobs_.emplace(id, Job{deferred, stop, std::move(listener), {}});
  } catch (...) {
    const Error error = currentError();
    deferred.Reject(toJavaScript(env, std::string(toString(error.code())), error.what()).Value());
  }

  Napi::Object handle = Napi::Object::New(env);
  handle.Set("answer", deferred.Promise());
  handle.Set("stop", Napi::Function::New(
                         env, [stop](const Napi::CallbackInfo&) mutable { stop.raise(); }, "stop"));
  return handle;
}

void Environment::close() noexcept {
  mailbox_->close();
  for (auto& [id, job] : jobs_) job.stop.raise();
}

void Environment::deliver(Napi::Env env) {
  const Napi::HandleScope scope(env);
  for (const Message& message : mailbox_->take()) {
    const auto found = jobs_.find(message.job);
    if (message.kind == Message::Kind::Progress) {
      deliverProgress(env, found->second, message.text);
      continue;
    }
    settle(env, found->second, message);
    jobs_.erase(found);
  }
  if (jobs_.empty()) mailbox_->holdLoop(env, false);
}

void Environment::deliverProgress(Napi::Env env, Job& job, const std::string& text) {
  if (!job.thrown.IsEmpty()) return;
  try {
    job.onProgress.Call({Napi::String::New(env, text)});
  } catch (const Napi::Error& error) {
    job.thrown = Napi::Reference<Napi::Value>::New(error.Value(), 1);
    job.stop.raise();
  }
}

void Environment::settle(Napi::Env env, const Job& job, const Message& message) {
  if (!job.thrown.IsEmpty()) {
    job.answer.Reject(job.thrown.Value());
  } else if (message.kind == Message::Kind::Answer) {
    job.answer.Resolve(toJavaScript(env, message));
  } else {
    job.answer.Reject(toJavaScript(env, message.code, message.text).Value());
  }
}

}  // namespace mlabel
