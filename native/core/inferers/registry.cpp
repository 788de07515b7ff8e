// The inferers that a spec can name.
#include <map>

#include "inferers/inferer.hpp"
#include "inferers/simple.hpp"
#include "inferers/sliding_window.hpp"

namespace mlabel {
namespace {

template <class T>
std::unique_ptr<Inferer> make(const Json& spec) {
  return std::make_unique<T>(spec);
}

const std::map<std::string, std::unique_ptr<Inferer> (*)(const Json&)> factories = {
    {"SimpleInferer", make<SimpleInferer>},
    {"SlidingWindowInferer", make<SlidingWindowInferer>},
};

}  // namespace

std::unique_ptr<Inferer> makeInferer(const Json& spec) {
  const auto name = Args("inferer", spec).require<std::string>("name");
  const auto found = factories.find(name);
  if (found == factories.end()) {
    std::string known;
    for (const auto& [each, factory] : factories) known += (known.empty() ? "" : ", ") + each;
    throw Error(ErrorCode::InvalidInput, "inferer \"" + name + "\" is not known; there are: " + known);
  }
  return found->second(spec);
}

}  // namespace mlabel
