#include "networks/pickle.hpp"

#include <bit>
#include <unordered_map>

#include "runtime/error.hpp"

namespace mlabel {
namespace {

using Node = PickleNode;
using Kind = PickleNode::Kind;

[[noreturn]] void malformed(const std::string& what) {
  throw Error(ErrorCode::InvalidFile, "the file's pickle is damaged: " + what);
}

/// Pickle's opcodes, named as in Python's pickle.py.
// clang-format off
enum Opcode : uint8_t {
  MARK = '(', STOP = '.', POP = '0', POP_MARK = '1', DUP = '2', BINFLOAT = 'G', BININT = 'J', BININT1 = 'K',
  BININT2 = 'M', NONE = 'N', BINPERSID = 'Q', REDUCE = 'R', BINSTRING = 'T', SHORT_BINSTRING = 'U', BINUNICODE = 'X',
  APPEND = 'a', BUILD = 'b', GLOBAL = 'c', DICT = 'd', EMPTY_DICT = '}', APPENDS = 'e', BINGET = 'h', LONG_BINGET = 'j',
  LIST = 'l', EMPTY_LIST = ']', BINPUT = 'q', LONG_BINPUT = 'r', SETITEM = 's', TUPLE = 't', EMPTY_TUPLE = ')',
  SETITEMS = 'u', BINBYTES = 'B', SHORT_BINBYTES = 'C', PROTO = 0x80, NEWOBJ = 0x81, TUPLE1 = 0x85, TUPLE2 = 0x86,
  TUPLE3 = 0x87, NEWTRUE = 0x88, NEWFALSE = 0x89, LONG1 = 0x8a, LONG4 = 0x8b, SHORT_BINUNICODE = 0x8c,
  BINUNICODE8 = 0x8d, BINBYTES8 = 0x8e, EMPTY_SET = 0x8f, ADDITEMS = 0x90, FROZENSET = 0x91, NEWOBJ_EX = 0x92,
  STACK_GLOBAL = 0x93, MEMOIZE = 0x94, FRAME = 0x95, BYTEARRAY8 = 0x96,
};
// clang-format on

class Unpickler {
 public:
  Unpickler(std::string_view& bytes, PickleArena& arena, PickleHost& host)
      : bytes_(bytes), arena_(arena), host_(host) {}

  Node* run() {
    for (;;) {
      const uint8_t opcode = byte();
      if (opcode == STOP) return pop();
      if (!constant(opcode) && !container(opcode) && !reference(opcode)) {
        malformed("unknown opcode " + std::to_string(opcode));
      }
    }
  }

 private:
  // ---- bytes ----
  std::string_view take(uint64_t count) {
    if (count > bytes_.size()) malformed("it ends too early");
    const std::string_view front = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return front;
  }
  uint8_t byte() { return static_cast<uint8_t>(take(1)[0]); }
  uint64_t little(int width) {
    const std::string_view raw = take(width);
    uint64_t value = 0;
    for (int i = 0; i < width; ++i) value |= uint64_t{static_cast<uint8_t>(raw[i])} << (8 * i);
    return value;
  }
  std::string_view line() {
    const size_t end = bytes_.find('\n');
    if (end == std::string_view::npos) malformed("it ends too early");
    const std::string_view text = take(end + 1);
    return text.substr(0, end);
  }

  // ---- stack ----
  void push(Node* node) { stack_.push_back(node); }
  Node* top() {
    if (stack_.empty() || (!marks_.empty() && stack_.size() == marks_.back())) malformed("its stack is empty");
    return stack_.back();
  }
  Node* pop() {
    Node* node = top();
    stack_.pop_back();
    return node;
  }
  std::vector<Node*> popMark() {
    if (marks_.empty()) malformed("a mark is missing");
    const auto from = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<Node*> items(from, stack_.end());
    stack_.erase(from, stack_.end());
    marks_.pop_back();
    arena_.charge(items.size());
    return items;
  }
  Node* top(Kind kind) {
    Node* node = top();
    // Subclasses of list, dict and set stay objects; what is put into them is dropped with the rest of their content.
    if (!node->is(kind) && !node->is(Kind::Object)) malformed("items for something that holds none");
    return node;
  }

  // ---- makers ----
  void push(Kind kind, std::vector<Node*> items) {
    Node* node = arena_.make(kind);
    node->items = std::move(items);
    push(node);
  }
  void pushInteger(int64_t value, Kind kind = Kind::Int) {
    Node* node = arena_.make(kind);
    node->integer = value;
    push(node);
  }
  void pushText(std::string_view text, Kind kind = Kind::Text) {
    Node* node = arena_.make(kind);
    node->text = text;
    push(node);
  }
  void pushGlobal(std::string_view module, std::string_view name) {
    constexpr size_t longest = 1000;  // memoised parts would otherwise let a small file ask for much memory
    if (module.size() + name.size() > longest) malformed("a name is too long");
    pushText(std::string(module) + "." + std::string(name), Kind::Global);
  }
  /// Two's complement, little end first; beyond 64 bits only the bytes are kept.
  void pushLong(uint64_t width) {
    const std::string_view raw = take(width);
    uint64_t value = 0;
    for (size_t i = 0; i < raw.size() && i < 8; ++i) value |= uint64_t{static_cast<uint8_t>(raw[i])} << (8 * i);
    const bool negative = !raw.empty() && (raw.back() & 0x80) != 0;
    if (negative && raw.size() < 8) value |= ~uint64_t{0} << (8 * raw.size());
    pushInteger(static_cast<int64_t>(value));
    if (raw.size() > 8) stack_.back()->text = raw;
  }
  void pushFloat() {
    const std::string_view raw = take(8);
    uint64_t bits = 0;
    for (const char c : raw) bits = bits << 8 | static_cast<uint8_t>(c);
    Node* node = arena_.make(Kind::Float);
    node->real = std::bit_cast<double>(bits);
    push(node);
  }
  void pushTuple(int count) {
    std::vector<Node*> items(count);
    for (int i = count; i-- > 0;) items[i] = pop();
    push(Kind::Tuple, std::move(items));
  }

  bool memoize(uint64_t key) {
    arena_.charge(1);
    memo_[key] = top();
    return true;
  }

  // ---- opcodes ----
  bool constant(uint8_t opcode) {
    switch (opcode) {
      case PROTO: byte(); return true;
      case FRAME: take(8); return true;
      case NONE: push(Kind::None, {}); return true;
      case NEWTRUE: pushInteger(1, Kind::Bool); return true;
      case NEWFALSE: pushInteger(0, Kind::Bool); return true;
      case BININT: pushInteger(static_cast<int32_t>(little(4))); return true;
      case BININT1: pushInteger(byte()); return true;
      case BININT2: pushInteger(static_cast<int64_t>(little(2))); return true;
      case LONG1: pushLong(byte()); return true;
      case LONG4: pushLong(little(4)); return true;
      case BINFLOAT: pushFloat(); return true;
      case BINUNICODE:
      case BINSTRING: pushText(take(little(4))); return true;
      case SHORT_BINUNICODE:
      case SHORT_BINSTRING: pushText(take(byte())); return true;
      case BINUNICODE8: pushText(take(little(8))); return true;
      case BINBYTES: pushText(take(little(4)), Kind::Bytes); return true;
      case SHORT_BINBYTES: pushText(take(byte()), Kind::Bytes); return true;
      case BINBYTES8:
      case BYTEARRAY8: pushText(take(little(8)), Kind::Bytes); return true;
      default: return false;
    }
  }

  bool container(uint8_t opcode) {
    switch (opcode) {
      case EMPTY_LIST: push(Kind::List, {}); return true;
      case EMPTY_TUPLE: push(Kind::Tuple, {}); return true;
      case EMPTY_DICT: push(Kind::Dict, {}); return true;
      case EMPTY_SET: push(Kind::Set, {}); return true;
      case TUPLE: push(Kind::Tuple, popMark()); return true;
      case LIST: push(Kind::List, popMark()); return true;
      case FROZENSET: push(Kind::Set, popMark()); return true;
      case DICT: push(Kind::Dict, pairs(popMark())); return true;
      case TUPLE1:
      case TUPLE2:
      case TUPLE3: pushTuple(opcode - TUPLE1 + 1); return true;
      case APPEND: extend(Kind::List, {pop()}); return true;
      case APPENDS: extend(Kind::List, popMark()); return true;
      case ADDITEMS: extend(Kind::Set, popMark()); return true;
      case SETITEMS: extend(Kind::Dict, pairs(popMark())); return true;
      case SETITEM: {
        Node* value = pop();
        Node* key = pop();
        extend(Kind::Dict, {key, value});
        return true;
      }
      default: return false;
    }
  }

  bool reference(uint8_t opcode) {
    switch (opcode) {
      case MARK:
        marks_.push_back(stack_.size());
        arena_.charge(1);
        return true;
      case POP: popOne(); return true;
      case POP_MARK: popMark(); return true;
      case DUP:
        push(top());
        arena_.charge(1);
        return true;
      case BINPUT: return memoize(byte());
      case LONG_BINPUT: return memoize(little(4));
      case MEMOIZE: return memoize(memo_.size());
      case BINGET: push(recall(byte())); return true;
      case LONG_BINGET: push(recall(little(4))); return true;
      case GLOBAL: {
        const std::string_view module = line();
        pushGlobal(module, line());
        return true;
      }
      case STACK_GLOBAL: {
        const Node* name = pop();
        const Node* module = pop();
        pushGlobal(module->text, name->text);
        return true;
      }
      case NEWOBJ_EX: pop(); [[fallthrough]];  // keyword arguments
      case REDUCE:
      case NEWOBJ: {
        Node* arguments = pop();
        const Node* callable = pop();
        push(call(*callable, arguments));
        return true;
      }
      case BUILD: {
        Node* state = pop();
        Node* object = top();
        if (object->is(Kind::Object)) object->state = state;
        return true;
      }
      case BINPERSID: push(host_.persistent(*pop())); return true;
      default: return false;
    }
  }

  std::vector<Node*> pairs(std::vector<Node*> items) {
    if (items.size() % 2 != 0) malformed("a dict has a key without a value");
    return items;
  }
  void extend(Kind kind, const std::vector<Node*>& items) {
    Node* target = top(kind);
    arena_.charge(items.size());
    if (target->is(kind)) target->items.insert(target->items.end(), items.begin(), items.end());
  }
  void popOne() {
    if (!marks_.empty() && stack_.size() == marks_.back()) {
      marks_.pop_back();
    } else {
      pop();
    }
  }
  Node* recall(uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) malformed("it refers to something it never defined");
    arena_.charge(1);
    return found->second;
  }

  Node* call(const Node& callable, Node* arguments) {
    if (callable.is(Kind::Global) && arguments->is(Kind::Tuple)) {
      if (Node* builtin = callBuiltin(callable.text, arguments->items)) return builtin;
      if (Node* known = host_.call(callable.text, *arguments)) return known;
    }
    Node* object = arena_.make(Kind::Object);
    object->text = callable.is(Kind::Global) ? callable.text : "";
    object->items = {arguments};
    return object;
  }

  Node* callBuiltin(const std::string& name, const std::vector<Node*>& arguments) {
    const bool dict = name == "collections.OrderedDict" || name == "collections.defaultdict" ||
                      name == "builtins.dict" || name == "__builtin__.dict";
    if (dict) {
      Node* result = arena_.make(Kind::Dict);
      const bool pairList = !arguments.empty() && arguments[0]->is(Kind::List);
      if (!pairList) return result;
      for (const Node* pair : arguments[0]->items) {
        if (pair->items.size() != 2) malformed("a dict is made of something else than pairs");
        arena_.charge(2);
        result->items.insert(result->items.end(), pair->items.begin(), pair->items.end());
      }
      return result;
    }
    const bool set = name == "builtins.set" || name == "__builtin__.set" || name == "builtins.frozenset" ||
                     name == "__builtin__.frozenset";
    if (set || name == "torch.Size") {
      Node* result = arena_.make(set ? Kind::Set : Kind::Tuple);
      if (arguments.empty()) return result;
      arena_.charge(arguments[0]->items.size());
      result->items = arguments[0]->items;
      return result;
    }
    return nullptr;
  }

  std::string_view& bytes_;
  PickleArena& arena_;
  PickleHost& host_;
  std::vector<Node*> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, Node*> memo_;
};

}  // namespace

const PickleNode* PickleNode::find(std::string_view key) const {
  if (!is(Kind::Dict)) return nullptr;
  for (size_t i = items.size(); i >= 2; i -= 2) {
    if (items[i - 2]->is(Kind::Text) && items[i - 2]->text == key) return items[i - 1];
  }
  return nullptr;
}

PickleNode* PickleArena::make(PickleNode::Kind kind) {
  charge(1);
  nodes_.emplace_back().kind = kind;
  return &nodes_.back();
}

void PickleArena::charge(size_t references) {
  constexpr size_t most = 2'000'000;
  used_ += references;
  if (used_ > most) throw Error(ErrorCode::TooLarge, "the file holds more objects than a weight file should");
}

PickleNode* readPickle(std::string_view& bytes, PickleArena& arena, PickleHost& host) {
  return Unpickler(bytes, arena, host).run();
}

}  // namespace mlabel
