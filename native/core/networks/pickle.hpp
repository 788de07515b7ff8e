// Python's pickle format, protocols 2 to 5, read as data: nothing is imported, called or executed.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace mlabel {

struct PickleNode {
  enum class Kind { None, Bool, Int, Float, Text, Bytes, List, Tuple, Dict, Set, Global, Object, Tensor, Storage };

  Kind kind = Kind::None;
  int64_t integer = 0;  ///< Bool, Int; Storage: its number in the host's list
  double real = 0;      ///< Float
  std::string text;     ///< Text, Bytes; Global: "module.name"; Object: its class; Int beyond 64 bits: its bytes
  std::vector<PickleNode*> items;  ///< List, Tuple, Set; Dict: key, value, key, value, …; Object: its arguments
  PickleNode* state = nullptr;     ///< Object: what __setstate__ or __dict__.update would get
  at::Tensor tensor;

  bool is(Kind k) const { return kind == k; }
  /// The last value of a text key of a Dict, or null.
  const PickleNode* find(std::string_view key) const;
};

/// Owns every node, so that neither cycles nor deep nesting matter when it is destroyed.
class PickleArena {
 public:
  /// Throws TooLarge beyond two million nodes and references.
  PickleNode* make(PickleNode::Kind kind);
  /// Counts references that are about to be copied.
  void charge(size_t references);

 private:
  std::deque<PickleNode> nodes_;
  size_t used_ = 0;
};

/// Gives meaning to what a pickle refers to.
class PickleHost {
 public:
  virtual ~PickleHost() = default;
  /// callable(*arguments): a node, or null to keep an opaque object. `arguments` is a Tuple.
  virtual PickleNode* call(const std::string& callable, const PickleNode& arguments) = 0;
  /// A persistent id, for torch a storage.
  virtual PickleNode* persistent(const PickleNode& id) = 0;
};

/// Reads one pickle from the front of `bytes` and moves `bytes` behind it. Throws InvalidFile on any malformed input,
/// TooLarge on absurdly many objects. Depth costs no stack; time and memory are linear in the bytes.
PickleNode* readPickle(std::string_view& bytes, PickleArena& arena, PickleHost& host);

}  // namespace mlabel
