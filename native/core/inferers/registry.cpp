#include "runtime/registry.hpp"

#include "inferers/inferer.hpp"

namespace mlabel {

#define INFERER(name, factory) std::unique_ptr<Inferer> factory(const Json& spec);
#include "inferers/list.inc"
#undef INFERER

namespace {

const Registry<std::unique_ptr<Inferer> (*)(const Json&)> inferers = {
#define INFERER(name, factory) {#name, factory},
#include "inferers/list.inc"
#undef INFERER
};

}  // namespace

std::unique_ptr<Inferer> makeInferer(const Json& spec) { return findFactory("inferer", inferers, spec)(spec); }

}  // namespace mlabel
