// The state dict of a network: its names and tensors in Python's order, and loading by name.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/nn/module.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "networks/weights.hpp"

namespace mlabel {
namespace {

/// Own parameters, own buffers, then the children: the order of torch.nn.Module.state_dict.
void collect(const torch::nn::Module& module, const std::string& prefix, StateDict& into) {
  for (const auto& item : module.named_parameters(false)) into.emplace_back(prefix + item.key(), item.value());
  for (const auto& item : module.named_buffers(false)) into.emplace_back(prefix + item.key(), item.value());
  for (const auto& child : module.named_children()) collect(*child.value(), prefix + child.key() + ".", into);
}

std::string shapeText(const at::Tensor& tensor) {
  std::ostringstream text;
  text << tensor.sizes();
  return text.str();
}

/// "a, b, c and 12 more".
std::string firstFew(const std::vector<std::string>& names) {
  constexpr size_t shown = 4;
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), shown); ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > shown) text += " and " + std::to_string(names.size() - shown) + " more";
  return text;
}

using Tensors = std::map<std::string, at::Tensor>;

/// PyTorch loads a BatchNorm without it: files of older versions have none.
bool mayBeMissing(const std::string& name) { return name.ends_with("num_batches_tracked"); }

/// The one prefix behind which the file has every name of the network; empty where there is none or a choice.
std::string prefixOf(const Tensors& wanted, const Tensors& given) {
  const auto first =
      std::find_if(wanted.begin(), wanted.end(), [](const auto& entry) { return !mayBeMissing(entry.first); });
  if (first == wanted.end()) return {};
  std::vector<std::string> found;
  for (const auto& [name, tensor] : given) {
    if (name != first->first && !name.ends_with("." + first->first)) continue;
    const std::string prefix = name.substr(0, name.size() - first->first.size());
    const auto there = [&](const auto& entry) {
      return mayBeMissing(entry.first) || given.contains(prefix + entry.first);
    };
    if (std::all_of(wanted.begin(), wanted.end(), there)) found.push_back(prefix);
  }
  const bool plain = std::find(found.begin(), found.end(), "") != found.end();
  return found.size() == 1 && !plain ? found[0] : "";
}

StateDict withoutPrefix(const StateDict& weights, const std::string& prefix) {
  StateDict inner;
  for (const auto& [name, tensor] : weights) {
    if (name.starts_with(prefix)) inner.emplace_back(name.substr(prefix.size()), tensor);
  }
  return inner;
}

void checkFinite(const std::string& name, const at::Tensor& tensor) {
  if (!tensor.is_floating_point()) return;
  const int64_t broken = tensor.numel() - at::isfinite(tensor).sum().item<int64_t>();
  if (broken == 0) return;
  throw Error(ErrorCode::InvalidFile, std::to_string(broken) + " of the " + std::to_string(tensor.numel()) +
                                          " weights in " + name +
                                          " are not finite numbers; the training that wrote them has failed");
}

}  // namespace

StateDict stateDict(const Network& network) {
  StateDict all;
  collect(network, "", all);
  return all;
}

std::vector<std::string> loadStateDict(Network& network, const StateDict& given, bool strict) {
  Tensors wanted;
  for (const auto& [name, tensor] : stateDict(network)) wanted.emplace(name, tensor);
  const StateDict weights = withoutPrefix(given, prefixOf(wanted, Tensors(given.begin(), given.end())));

  std::vector<std::pair<at::Tensor, at::Tensor>> copies;
  std::vector<std::string> unexpected, misshapen, left;
  for (const auto& [name, tensor] : weights) {
    const auto found = wanted.find(name);
    if (found == wanted.end()) {
      unexpected.push_back(name);
      left.push_back(name);
      continue;
    }
    checkFinite(name, tensor);
    if (found->second.sizes() == tensor.sizes()) {
      copies.emplace_back(found->second, tensor);
    } else {
      misshapen.push_back(name + " is " + shapeText(tensor) + " in the file, " + shapeText(found->second) +
                          " in the network");
      left.push_back(name);
    }
    wanted.erase(found);
  }
  std::vector<std::string> missing;
  for (const auto& [name, tensor] : wanted) {
    if (!mayBeMissing(name)) missing.push_back(name);
  }
  left.insert(left.end(), missing.begin(), missing.end());

  if (strict && !left.empty()) {
    std::string message = "the weights do not fit the network";
    if (!misshapen.empty()) message += "; other shapes: " + firstFew(misshapen);
    if (!missing.empty()) message += "; missing: " + firstFew(missing);
    if (!unexpected.empty()) message += "; unexpected: " + firstFew(unexpected);
    throw Error(ErrorCode::InvalidFile, message);
  }
  const at::NoGradGuard guard;
  for (auto& [target, source] : copies) target.copy_(source);
  return left;
}

}  // namespace mlabel
