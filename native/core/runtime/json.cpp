#include "runtime/json.hpp"

namespace mlabel {

Json parseJson(const std::string& text) {
  try {
    return Json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    throw Error(ErrorCode::InvalidInput, std::string("options are not JSON: ") + error.what());
  }
}

Args::Args(std::string owner, const Json& object) : owner_(std::move(owner)), object_(object) {
  if (!object.is_object()) throw Error(ErrorCode::InvalidInput, owner_ + ": expected an object, got " + object.dump());
  known_.insert("name");
}

bool Args::has(const std::string& name) const {
  const Json* value = find(name);
  return value != nullptr && !value->is_null();
}

std::string Args::choice(const std::string& name, std::initializer_list<const char*> choices,
                         const std::string& fallback) const {
  const auto value = get<std::string>(name, fallback);
  std::string known;
  for (const char* choice : choices) {
    if (value == choice) return value;
    known += known.empty() ? choice : std::string(", ") + choice;
  }
  invalid(name, "is \"" + value + "\", not one of " + known);
}

void Args::finish() const {
  for (const auto& [key, value] : object_.items()) {
    if (!known_.contains(key)) invalid(key, "is not an argument it knows");
  }
}

void Args::invalid(const std::string& name, const std::string& what) const {
  throw Error(ErrorCode::InvalidInput, owner_ + ": " + name + " " + what);
}

const Json* Args::find(const std::string& name) const {
  known_.insert(name);
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

void Args::missing(const std::string& name) const { invalid(name, "is missing"); }

}  // namespace mlabel
