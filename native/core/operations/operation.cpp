#include "operations/operation.hpp"

#include "runtime/runtime.hpp"

namespace mlabel {

std::vector<Stage> SimpleOperation::stages() {
  const auto once = [this](Runtime& runtime, const JobContext& context, Answer& answer) {
    answer.json = run(runtime, context);
  };
  const auto twice = [once](Runtime& runtime, const JobContext& context, Answer& answer) {
    runtime.withinMemory(c10::kCPU, [&] { once(runtime, context, answer); });
  };
  if (lane() == Lane::Files || lane() == Lane::Pictures) return {{lane(), twice}};
  return {{lane(), once}};
}

}  // namespace mlabel
