#include <map>

#include "operations/factories.hpp"

namespace mlabel {
namespace {

using Factory = std::unique_ptr<Operation> (*)(const Json&);

const std::map<std::string, Factory>& factories() {
  static const std::map<std::string, Factory> table = {
      {"infer", makeInferOperation},
      {"info", makeInfoOperation},
      {"inspectWeights", makeInspectWeightsOperation},
      {"selfTest", makeSelfTestOperation},
      {"convertImage", makeConvertImageOperation},
      {"dice", makeDiceOperation},
      {"readHeader", makeReadHeaderOperation},
      {"writePhantom", makeWritePhantomOperation},
      {"train", makeTrainOperation},
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
