// Finding the weights among the objects of a torch file.
#include <algorithm>
#include <array>
#include <unordered_map>

#include "networks/torch_file.hpp"
#include "networks/weights.hpp"

namespace mlabel {
namespace {

using Node = PickleNode;
using Kind = PickleNode::Kind;

/// The text keys of a dict with their last values, in order of first appearance.
std::vector<std::pair<std::string, const Node*>> entries(const Node& dict) {
  std::vector<std::pair<std::string, const Node*>> all;
  std::unordered_map<std::string, size_t> seen;
  for (size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    if (!dict.items[i]->is(Kind::Text)) continue;
    const auto [found, fresh] = seen.emplace(dict.items[i]->text, all.size());
    if (fresh) {
      all.emplace_back(dict.items[i]->text, dict.items[i + 1]);
    } else {
      all[found->second].second = dict.items[i + 1];
    }
  }
  return all;
}

/// A pickled module, of Python (`_parameters`, `_buffers`, `_modules`) or TorchScript (one dict of attributes).
class ModuleTree {
 public:
  StateDict collect(const Node& module) {
    visit(module, "", 0);
    return std::move(found_);
  }

 private:
  void visit(const Node& module, const std::string& prefix, int depth) {
    // Shared and cyclic children would make a small file endless.
    constexpr int deepest = 64;
    constexpr int most = 20'000;
    if (depth > deepest || ++visited_ > most)
      throw Error(ErrorCode::TooLarge, "the pickled module is nested too deeply");
    if (module.state == nullptr || !module.state->is(Kind::Dict)) return;
    const Node& state = *module.state;
    if (state.find("_parameters") == nullptr) {
      tensors(state, prefix);
      children(state, prefix, depth);
      return;
    }
    for (const char* group : {"_parameters", "_buffers"}) {
      if (const Node* members = state.find(group)) tensors(*members, prefix);
    }
    if (const Node* members = state.find("_modules")) children(*members, prefix, depth);
  }

  void tensors(const Node& dict, const std::string& prefix) {
    for (const auto& [name, value] : entries(dict)) {
      if (value->is(Kind::Tensor)) found_.emplace_back(prefix + name, value->tensor);
    }
  }

  void children(const Node& dict, const std::string& prefix, int depth) {
    for (const auto& [name, value] : entries(dict)) {
      if (value->is(Kind::Object)) visit(*value, prefix + name + ".", depth + 1);
    }
  }

  StateDict found_;
  int visited_ = 0;
};

StateDict directTensors(const Node& dict) {
  StateDict found;
  for (const auto& [name, value] : entries(dict)) {
    if (value->is(Kind::Tensor)) found.emplace_back(name, value->tensor);
  }
  return found;
}

StateDict findWeights(const Node& node, int depth = 0) {
  if (node.is(Kind::Object)) return ModuleTree().collect(node);
  if (!node.is(Kind::Dict)) return {};
  constexpr std::array wrappers{"model",   "state_dict", "model_state_dict", "network_weights",
                                "network", "net",        "weights",          "params"};
  constexpr int deepest = 4;
  for (const char* wrapper : wrappers) {
    const Node* inner = depth < deepest ? node.find(wrapper) : nullptr;
    if (inner == nullptr) continue;
    StateDict found = findWeights(*inner, depth + 1);
    if (!found.empty()) return found;
  }
  return directTensors(node);
}

/// torch.nn.DataParallel and torch.compile put them before every name, in either order.
void dropWrapperPrefixes(StateDict& weights) {
  for (bool found = true; found;) {
    found = false;
    for (const std::string prefix : {"module.", "_orig_mod."}) {
      const auto carries = [&](const auto& entry) { return entry.first.starts_with(prefix); };
      if (!std::all_of(weights.begin(), weights.end(), carries)) continue;
      for (auto& [name, tensor] : weights) name.erase(0, prefix.size());
      found = true;
    }
  }
}

}  // namespace

StateDict readStateDict(const std::string& path, const JobContext& context) {
  const TorchFile file = readTorchFile(path, context);
  StateDict weights = findWeights(*file.root);
  if (weights.empty()) throw Error(ErrorCode::InvalidFile, "the file holds no named tensors");
  dropWrapperPrefixes(weights);
  return weights;
}

const StateDict& Checkpoint::part(const std::string& name) const {
  for (const auto& [each, weights] : parts) {
    if (each == name) return weights;
  }
  throw Error(ErrorCode::InvalidFile, "the checkpoint has no \"" + name + "\"");
}

Checkpoint readCheckpoint(const std::string& path) {
  const TorchFile file = readTorchFile(path);
  if (!file.root->is(Kind::Dict)) throw Error(ErrorCode::InvalidFile, "the file is no checkpoint");
  Checkpoint checkpoint;
  for (const auto& [name, value] : entries(*file.root)) {
    switch (value->kind) {
      case Kind::Dict: checkpoint.parts.emplace_back(name, directTensors(*value)); break;
      case Kind::Bool: checkpoint.values[name] = value->integer != 0; break;
      case Kind::Int: checkpoint.values[name] = value->integer; break;
      case Kind::Float: checkpoint.values[name] = value->real; break;
      case Kind::Text: checkpoint.values[name] = value->text; break;
      default: break;
    }
  }
  return checkpoint;
}

}  // namespace mlabel
