// The networks that a spec can name.
#include <functional>
#include <map>

#include "networks/convolution.hpp"
#include "networks/network.hpp"
#include "networks/unet.hpp"

namespace mlabel {
namespace {

template <class T>
std::shared_ptr<Network> make(const Json& spec, const std::optional<at::Generator>& generator) {
  return std::make_shared<T>(spec, generator);
}

const std::map<std::string, std::shared_ptr<Network> (*)(const Json&, const std::optional<at::Generator>&)> factories = {
    {"UNet", make<UNet>},
};

}  // namespace

std::shared_ptr<Network> makeNetwork(const Json& spec, const std::optional<at::Generator>& generator) {
  const auto name = Args("network", spec).require<std::string>("name");
  const auto found = factories.find(name);
  if (found == factories.end()) {
    std::string known;
    for (const auto& [each, factory] : factories) known += (known.empty() ? "" : ", ") + each;
    throw Error(ErrorCode::InvalidInput, "network \"" + name + "\" is not known; there are: " + known);
  }
  return found->second(spec, generator);
}

}  // namespace mlabel
