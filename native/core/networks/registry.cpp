// The networks that a spec can name.
#include "runtime/registry.hpp"

#include "networks/network.hpp"
#include "networks/unet.hpp"

namespace mlabel {
namespace {

template <class T>
std::shared_ptr<Network> make(const Json& spec, const std::optional<at::Generator>& generator) {
  return std::make_shared<T>(spec, generator);
}

const Registry<std::shared_ptr<Network> (*)(const Json&, const std::optional<at::Generator>&)> networks = {
    {"UNet", make<UNet>},
};

}  // namespace

std::shared_ptr<Network> makeNetwork(const Json& spec, const std::optional<at::Generator>& generator) {
  return findFactory("network", networks, spec)(spec, generator);
}

}  // namespace mlabel
