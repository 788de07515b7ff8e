#include "runtime/registry.hpp"

#include "transforms/transform.hpp"

namespace mlabel {

#define TRANSFORM(name, factory) TransformPointer factory(const Json& spec);
#include "transforms/list.inc"
#undef TRANSFORM

namespace {

const Registry<TransformPointer (*)(const Json&)> transforms = {
#define TRANSFORM(name, factory) {#name, factory},
#include "transforms/list.inc"
#undef TRANSFORM
};

}  // namespace

TransformPointer makeTransform(const Json& spec) { return findFactory("transform", transforms, spec)(spec); }

}  // namespace mlabel
