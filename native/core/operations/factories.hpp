// One line for each operation: where registry.cpp finds it. Options and answers: lib/engine/types.ts.
#pragma once

#include <memory>

#include "operations/operation.hpp"

namespace mlabel {

std::unique_ptr<Operation> makeInfoOperation(const Json& options);
std::unique_ptr<Operation> makeInspectWeightsOperation(const Json& options);
std::unique_ptr<Operation> makeInferOperation(const Json& options);
std::unique_ptr<Operation> makeSelfTestOperation(const Json& options);
std::unique_ptr<Operation> makeConvertImageOperation(const Json& options);
std::unique_ptr<Operation> makeDiceOperation(const Json& options);
std::unique_ptr<Operation> makeReadHeaderOperation(const Json& options);
std::unique_ptr<Operation> makeWritePhantomOperation(const Json& options);
std::unique_ptr<Operation> makeTrainOperation(const Json& options);

}  // namespace mlabel
