#include "runtime/registry.hpp"

#include "networks/network.hpp"

namespace mlabel {

#define NETWORK(name, factory) \
  std::shared_ptr<Network> factory(const Json& spec, const std::optional<at::Generator>& generator);
#include "networks/list.inc"
#undef NETWORK

namespace {

const Registry<std::shared_ptr<Network> (*)(const Json&, const std::optional<at::Generator>&)> networks = {
#define NETWORK(name, factory) {#name, factory},
#include "networks/list.inc"
#undef NETWORK
};

}  // namespace

std::shared_ptr<Network> makeNetwork(const Json& spec, const std::optional<at::Generator>& generator) {
  return findFactory("network", networks, spec)(spec, generator);
}

}  // namespace mlabel
