// The inferers that a spec can name.
#include "runtime/registry.hpp"

#include "inferers/inferer.hpp"
#include "inferers/simple.hpp"
#include "inferers/sliding_window.hpp"

namespace mlabel {
namespace {

template <class T>
std::unique_ptr<Inferer> make(const Json& spec) {
  return std::make_unique<T>(spec);
}

const Registry<std::unique_ptr<Inferer> (*)(const Json&)> inferers = {
    {"SimpleInferer", make<SimpleInferer>},
    {"SlidingWindowInferer", make<SlidingWindowInferer>},
};

}  // namespace

std::unique_ptr<Inferer> makeInferer(const Json& spec) { return findFactory("inferer", inferers, spec)(spec); }

}  // namespace mlabel
