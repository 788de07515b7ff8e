#include "transforms/transform.hpp"

namespace mlabel {

#define TRANSFORM(name, factory) TransformPointer factory(const Json& spec);
#include "transforms/list.inc"
#undef TRANSFORM

namespace {

struct Entry {
  const char* name;
  TransformPointer (*make)(const Json& spec);
};

constexpr Entry transforms[] = {
#define TRANSFORM(name, factory) {#name, factory},
#include "transforms/list.inc"
#undef TRANSFORM
};

}  // namespace

TransformPointer makeTransform(const Json& spec) {
  const auto name = Args("transform", spec).require<std::string>("name");
  std::string known;
  for (const Entry& entry : transforms) {
    if (name == entry.name) return entry.make(spec);
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw Error(ErrorCode::InvalidInput, "there is no transform \"" + name + "\"; known are " + known);
}

std::vector<std::string> transformNames() {
  std::vector<std::string> names;
  for (const Entry& entry : transforms) names.emplace_back(entry.name);
  return names;
}

}  // namespace mlabel
