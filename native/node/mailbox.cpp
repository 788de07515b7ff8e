#include "mailbox.hpp"

namespace mlabel {

std::shared_ptr<Mailbox> Mailbox::open(Napi::Env env, std::function<void(Napi::Env)> wake) {
  auto mailbox = std::make_shared<Mailbox>();
  mailbox->wake_ = std::move(wake);
  mailbox->bell_ = Bell::New(env, "monailabel", 0, 1, mailbox.get());
  mailbox->bell_.Unref(env);
  return mailbox;
}

void Mailbox::post(Message message) noexcept {
  const std::lock_guard lock(mutex_);
  if (!open_) return;
  messages_.push_back(std::move(message));
  // The environment takes all there is at once: one ring is enough for what arrives before it comes.
  if (messages_.size() == 1) bell_.NonBlockingCall();
}

std::deque<Message> Mailbox::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(messages_, {});
}

void Mailbox::holdLoop(Napi::Env env, bool hold) {
  if (hold) {
    bell_.Ref(env);
  } else {
    bell_.Unref(env);
  }
}

void Mailbox::close() noexcept {
  const std::lock_guard lock(mutex_);
  open_ = false;
  messages_.clear();
}

void Mailbox::ring(Napi::Env env, Napi::Function, Mailbox* mailbox, void*) {
  // Without an environment this is the last call of a thread-safe function that is being taken down.
  if (static_cast<napi_env>(env) != nullptr) mailbox->wake_(env);
}

}  // namespace mlabel
