#include "runtime/registry.hpp"

#include "transforms/transform.hpp"

namespace mlabel {

#define TRANSFORM(name, factory) TransformPointer factory(const Args& args);
#include "transforms/list.inc"
#undef TRANSFORM

namespace {

const Registry<TransformPointer (*)(const Args&)> transforms = {
#define TRANSFORM(name, factory) {#name, factory},
#include "transforms/list.inc"
#undef TRANSFORM
};

}  // namespace

TransformPointer makeTransform(const Json& spec) {
  const auto factory = findFactory("transform", transforms, spec);
  const Args args(spec.at("name").get<std::string>(), spec);
  auto transform = factory(args);
  args.finish();
  return transform;
}

}  // namespace mlabel
