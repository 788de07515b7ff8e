#include <map>

#include "operations/operation.hpp"

namespace mlabel {

#define OPERATION(name, factory) std::unique_ptr<Operation> factory(const Json& options);
#include "operations/list.inc"
#undef OPERATION

namespace {

using Factory = std::unique_ptr<Operation> (*)(const Json&);

const std::map<std::string, Factory>& factories() {
  static const std::map<std::string, Factory> table = {
#define OPERATION(name, factory) {#name, factory},
#include "operations/list.inc"
#undef OPERATION
  };
  return table;
}

}  // namespace

std::unique_ptr<Operation> makeOperation(const std::string& name, const Json& options) {
  const auto found = factories().find(name);
  if (found == factories().end()) throw Error(ErrorCode::InvalidInput, "there is no operation \"" + name + "\"");
  return found->second(options);
}

}  // namespace mlabel
