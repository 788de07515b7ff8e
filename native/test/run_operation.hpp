// An operation run here and now, stage after stage.
#pragma once

#include "operations/operation.hpp"

namespace mlabel::test {

inline Answer runOperation(const std::string& name, const Json& options, Runtime& runtime) {
  const auto operation = makeOperation(name, options);
  Answer answer;
  for (const Stage& stage : operation->stages()) stage.run(runtime, {}, answer);
  return answer;
}

}  // namespace mlabel::test
