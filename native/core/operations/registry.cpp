#include "runtime/registry.hpp"

#include "operations/operation.hpp"

namespace mlabel {

#define OPERATION(name, factory) std::unique_ptr<Operation> factory(const Json& options);
#include "operations/list.inc"
#undef OPERATION

namespace {

const Registry<std::unique_ptr<Operation> (*)(const Json&)> operations = {
#define OPERATION(name, factory) {#name, factory},
#include "operations/list.inc"
#undef OPERATION
};

}  // namespace

std::unique_ptr<Operation> makeOperation(const std::string& name, const Json& options) {
  return findFactory("operation", operations, name)(options);
}

}  // namespace mlabel
