// The addon: the functions of lib/engine/addon.ts, once for each JavaScript environment.
#include <napi.h>

#include "environment.hpp"
#include "process_runtime.hpp"

namespace {

using mlabel::Environment;

Napi::Value submit(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 2 || !info[0].IsString() || !info[1].IsString()) {
    throw Napi::TypeError::New(env, "submit(operation: string, options: string, onProgress?: (text: string) => void)");
  }
  const Napi::Function onProgress =
      info.Length() > 2 && info[2].IsFunction() ? info[2].As<Napi::Function>() : Napi::Function();
  return env.GetInstanceData<Environment>()->submit(env, info[0].As<Napi::String>(), info[1].As<Napi::String>(),
                                                    onProgress);
}

void stopJobs(const Napi::CallbackInfo& info) {
  mlabel::stopJobs(info[0].IsNumber() ? info[0].As<Napi::Number>().Int32Value() : 0);
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto environment = std::make_unique<Environment>(env);
  // Hooks run last in, first out: this one before the mailbox's thread-safe function is taken down.
  env.AddCleanupHook([environment = environment.get()] { environment->close(); });
  env.SetInstanceData(environment.release());
  exports.Set("submit", Napi::Function::New(env, submit, "submit"));
  exports.Set("stopJobs", Napi::Function::New(env, stopJobs, "stopJobs"));
  return exports;
}

}  // namespace

NODE_API_MODULE(monailabel, init)
