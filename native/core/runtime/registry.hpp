// Finding what makes the thing that a spec names.
#pragma once

#include <map>
#include <string>

#include "runtime/json.hpp"

namespace mlabel {

/// Factories by the name in a spec, `{ "name": "UNet", … }`.
template <class Factory>
using Registry = std::map<std::string, Factory>;

/// The factory of `name`. Throws InvalidInput that lists the known names; `kind` is what they are, "network".
template <class Factory>
const Factory& findFactory(const char* kind, const Registry<Factory>& registry, const std::string& name) {
  const auto found = registry.find(name);
  if (found != registry.end()) return found->second;
  std::string known;
  for (const auto& [each, factory] : registry) known += (known.empty() ? "" : ", ") + each;
  throw Error(ErrorCode::InvalidInput, "\"" + name + "\" is not a known " + kind + "; known are " + known);
}

/// The same for a spec.
template <class Factory>
const Factory& findFactory(const char* kind, const Registry<Factory>& registry, const Json& spec) {
  return findFactory(kind, registry, Args(kind, spec).template require<std::string>("name"));
}

}  // namespace mlabel
