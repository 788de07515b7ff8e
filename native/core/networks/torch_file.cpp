#include "networks/torch_file.hpp"

#include <ATen/ATen.h>
#include <caffe2/serialize/inline_container.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <unordered_map>

#include "networks/zip_directory.hpp"
#include "runtime/error.hpp"
#include "runtime/main_memory.hpp"

namespace mlabel {
namespace {

using Node = PickleNode;
using Kind = PickleNode::Kind;
using caffe2::serialize::PyTorchStreamReader;

constexpr uint64_t largestFile = uint64_t{16} << 30;

[[noreturn]] void invalid(const std::string& what) {
  throw Error(ErrorCode::InvalidFile, "the weight file is damaged: " + what);
}

/// "torch.FloatStorage", "torch.float32" → type.
c10::ScalarType scalarType(const std::string& global) {
  // clang-format off
  static const std::unordered_map<std::string, c10::ScalarType> types{
      {"FloatStorage", at::kFloat},        {"float32", at::kFloat},
      {"DoubleStorage", at::kDouble},      {"float64", at::kDouble},
      {"HalfStorage", at::kHalf},          {"float16", at::kHalf},
      {"BFloat16Storage", at::kBFloat16},  {"bfloat16", at::kBFloat16},
      {"LongStorage", at::kLong},          {"int64", at::kLong},
      {"IntStorage", at::kInt},            {"int32", at::kInt},
      {"ShortStorage", at::kShort},        {"int16", at::kShort},
      {"CharStorage", at::kChar},          {"int8", at::kChar},
      {"ByteStorage", at::kByte},          {"uint8", at::kByte},
      {"BoolStorage", at::kBool},          {"bool", at::kBool},
      {"ComplexFloatStorage", at::kComplexFloat},
      {"ComplexDoubleStorage", at::kComplexDouble},
      {"UntypedStorage", at::kByte},       {"uint16", at::kUInt16},
      {"uint32", at::kUInt32},             {"uint64", at::kUInt64},
      {"float8_e4m3fn", at::kFloat8_e4m3fn}, {"float8_e5m2", at::kFloat8_e5m2},
  };
  // clang-format on
  const auto found = types.find(global.substr(global.rfind('.') + 1));
  if (found == types.end()) throw Error(ErrorCode::Unsupported, "tensors of type " + global + " cannot be read");
  return found->second;
}

struct StorageEntry {
  c10::ScalarType type = at::kFloat;
  uint64_t bytes = 0;
  c10::Storage data;
};

c10::Storage ownedStorage(uint64_t bytes, at::DataPtr data) {
  return {c10::Storage::use_byte_size_t(), static_cast<size_t>(bytes), std::move(data), nullptr, false};
}

/// Storages by their key, and tensors on them; the layouts differ in where the bytes of a storage come from.
class TensorHost : public PickleHost {
 public:
  TensorHost(PickleArena& arena, uint64_t fileSize, const JobContext& context)
      : arena_(arena), fileSize_(fileSize), context_(context) {}

  Node* call(const std::string& callable, const Node& arguments) override {
    const auto& args = arguments.items;
    if (callable == "torch._tensor._rebuild_from_type_v2") {
      // Subclasses such as MetaTensor: (function, type, arguments, state). One level only, so that depth costs no stack.
      const bool known = args.size() >= 3 && args[0]->is(Kind::Global) && args[2]->is(Kind::Tuple);
      return known ? rebuild(args[0]->text, args[2]->items) : nullptr;
    }
    if (callable == "torch._utils._rebuild_parameter" || callable == "torch._utils._rebuild_parameter_with_state") {
      if (args.empty()) invalid("a parameter without a tensor");
      return args[0];
    }
    return rebuild(callable, args);
  }

  /// ("storage", type, key, device, number of elements).
  Node* persistent(const Node& id) override {
    const auto& parts = id.items;
    if (parts.size() >= 2 && parts[0]->text == "module") return parts[1];  // legacy: a class with its source
    if (parts.size() < 5 || parts[0]->text != "storage" || !parts[4]->is(Kind::Int))
      invalid("a storage is ill described");
    const std::string key = parts[2]->is(Kind::Int) ? std::to_string(parts[2]->integer) : parts[2]->text;
    Node* node = arena_.make(Kind::Storage);
    const auto known = numbers_.find(key);
    if (known != numbers_.end()) {
      node->integer = known->second;
      return node;
    }
    node->integer = static_cast<int64_t>(storages_.size());
    numbers_.emplace(key, node->integer);
    context_.check();

    StorageEntry entry;
    entry.type = scalarType(parts[1]->text);
    const uint64_t count = parts[4]->integer < 0 ? fileSize_ + 1 : static_cast<uint64_t>(parts[4]->integer);
    if (count > fileSize_) invalid("a storage is larger than the file");
    entry.bytes = count * c10::elementSize(entry.type);
    promised_ += entry.bytes;
    if (promised_ > fileSize_) invalid("its storages are larger than the file");
    entry.data = load(key, entry.bytes);
    storages_.push_back(std::move(entry));
    return node;
  }

 protected:
  virtual c10::Storage load(const std::string& key, uint64_t bytes) = 0;

  StorageEntry& storage(const std::string& key) {
    const auto found = numbers_.find(key);
    if (found == numbers_.end()) invalid("it lists a storage that nothing uses");
    return storages_[found->second];
  }

 private:
  Node* rebuild(const std::string& callable, const std::vector<Node*>& args) {
    const bool v3 = callable == "torch._utils._rebuild_tensor_v3";
    const bool known =
        v3 || callable == "torch._utils._rebuild_tensor_v2" || callable == "torch._utils._rebuild_tensor";
    if (!known) return nullptr;
    if (args.size() < (v3 ? 7 : 4) || !args[0]->is(Kind::Storage) || !args[1]->is(Kind::Int))
      invalid("a tensor is ill described");
    const StorageEntry& entry = storages_.at(args[0]->integer);
    const c10::ScalarType type = v3 ? scalarType(args[6]->text) : entry.type;
    const auto sizes = numbers(*args[2]);
    const auto strides = numbers(*args[3]);
    checkExtent(sizes, strides, args[1]->integer, entry.bytes / c10::elementSize(type));
    Node* node = arena_.make(Kind::Tensor);
    node->tensor = at::empty({0}, at::TensorOptions(type)).set_(entry.data, args[1]->integer, sizes, strides);
    return node;
  }

  static std::vector<int64_t> numbers(const Node& tuple) {
    constexpr size_t mostAxes = 64;
    if (tuple.items.size() > mostAxes) invalid("a tensor has too many axes");
    std::vector<int64_t> values;
    for (const Node* item : tuple.items) {
      if (!item->is(Kind::Int) || item->integer < 0) invalid("a tensor has a size or a stride that is no count");
      values.push_back(item->integer);
    }
    return values;
  }

  /// The tensor must lie within `available` elements, and not repeat them beyond what the file holds.
  void checkExtent(const std::vector<int64_t>& sizes, const std::vector<int64_t>& strides, int64_t offset,
                   uint64_t available) const {
    if (sizes.size() != strides.size() || offset < 0) invalid("a tensor's sizes and strides do not fit together");
    uint64_t count = 1;
    bool inside = static_cast<uint64_t>(offset) <= available;
    bool overflow = false;
    uint64_t last = static_cast<uint64_t>(offset);
    for (size_t axis = 0; axis < sizes.size(); ++axis) {
      const auto size = static_cast<uint64_t>(sizes[axis]);
      overflow |= __builtin_mul_overflow(count, size, &count);
      uint64_t step = 0;
      if (size > 1) overflow |= __builtin_mul_overflow(size - 1, static_cast<uint64_t>(strides[axis]), &step);
      overflow |= __builtin_add_overflow(last, step, &last);
    }
    // A size of zero elsewhere may not hide sizes that overflow.
    if (count > 0) inside = inside && last < available;
    if (overflow || !inside || count > fileSize_) invalid("a tensor reaches beyond its storage");
  }

  PickleArena& arena_;
  uint64_t fileSize_;
  const JobContext& context_;
  uint64_t promised_ = 0;
  std::unordered_map<std::string, int64_t> numbers_;
  std::vector<StorageEntry> storages_;
};

/// One record a storage, "data/<key>".
class ZipHost : public TensorHost {
 public:
  ZipHost(PickleArena& arena, uint64_t fileSize, const JobContext& context, PyTorchStreamReader& reader)
      : TensorHost(arena, fileSize, context), reader_(reader) {}

 protected:
  c10::Storage load(const std::string& key, uint64_t bytes) override {
    const std::string record = "data/" + key;
    if (!reader_.hasRecord(record)) invalid("storage " + key.substr(0, 40) + " is missing");
    if (reader_.getRecordSize(record) != bytes)
      invalid("storage " + key.substr(0, 40) + " has another size than promised");
    auto [data, size] = reader_.getRecord(record);
    return ownedStorage(size, std::move(data));
  }

 private:
  PyTorchStreamReader& reader_;
};

/// All storages behind the pickles: their bytes are asked for at once and filled in afterwards.
class LegacyHost : public TensorHost {
 public:
  using TensorHost::TensorHost;

  /// A list of keys, then for each its number of elements (8 bytes) and its elements.
  void fill(const Node& keys, std::string_view bytes) {
    for (const Node* key : keys.items) {
      StorageEntry& entry = storage(key->is(Kind::Int) ? std::to_string(key->integer) : key->text);
      uint64_t count = 0;
      if (bytes.size() < sizeof(count)) invalid("it ends too early");
      std::memcpy(&count, bytes.data(), sizeof(count));
      bytes.remove_prefix(sizeof(count));
      if (count > entry.bytes || count * c10::elementSize(entry.type) != entry.bytes || entry.bytes > bytes.size()) {
        invalid("a storage has another size than promised");
      }
      if (entry.bytes > 0) std::memcpy(entry.data.mutable_data(), bytes.data(), entry.bytes);
      bytes.remove_prefix(entry.bytes);
    }
  }

 protected:
  c10::Storage load(const std::string&, uint64_t bytes) override {
    at::DataPtr data = c10::GetAllocator(c10::kCPU)->allocate(bytes);
    if (bytes > 0) std::memset(data.get(), 0, bytes);
    return ownedStorage(bytes, std::move(data));
  }
};

/// libtorch's reader takes as much memory as a record promises, for the first one when it opens the archive.
void checkRecords(const std::string& path, uint64_t fileSize) {
  // Only code is ever compressed, and that is small.
  constexpr uint64_t compressedAllowance = uint64_t{64} << 20;
  if (promisedBytes(path, fileSize) > fileSize + compressedAllowance) {
    invalid("its records promise more bytes than the file can hold");
  }
}

TorchFile readZip(const std::string& path, uint64_t fileSize, const JobContext& context) {
  TorchFile file{std::make_unique<PickleArena>()};
  checkRecords(path, fileSize);
  PyTorchStreamReader reader(path);
  if (reader.hasRecord("byteorder")) {
    const auto [text, size] = reader.getRecord("byteorder");
    if (std::string_view(static_cast<const char*>(text.get()), size) != "little") {
      throw Error(ErrorCode::Unsupported, "the weight file was written on a big-endian machine");
    }
  }
  if (!reader.hasRecord("data.pkl")) invalid("it has no data.pkl");
  const auto [pickle, size] = reader.getRecord("data.pkl");
  std::string_view bytes(static_cast<const char*>(pickle.get()), size);
  ZipHost host(*file.arena, fileSize, context, reader);
  file.root = readPickle(bytes, *file.arena, host);
  return file;
}

std::string readAll(const std::string& path, uint64_t fileSize) {
  std::string content(fileSize, '\0');
  std::ifstream stream(path, std::ios::binary);
  stream.read(content.data(), static_cast<std::streamsize>(fileSize));
  if (!stream) throw Error(ErrorCode::Io, "cannot read " + path);
  return content;
}

/// Magic number, protocol, machine, object, storage keys, storages.
TorchFile readLegacy(const std::string& path, uint64_t fileSize, const JobContext& context) {
  static const std::string magic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
  std::ifstream probe(path, std::ios::binary);
  std::string start(14, '\0');
  probe.read(start.data(), static_cast<std::streamsize>(start.size()));
  if (start.find(magic) == std::string::npos)
    invalid("it is neither a zip archive nor the legacy layout of torch.save");

  TorchFile file{std::make_unique<PickleArena>()};
  const std::string content = readAll(path, fileSize);
  std::string_view bytes(content);
  LegacyHost host(*file.arena, fileSize, context);
  readPickle(bytes, *file.arena, host);  // the magic number
  if (readPickle(bytes, *file.arena, host)->integer != 1001) invalid("unknown version of the legacy layout");
  readPickle(bytes, *file.arena, host);  // sizes of the types of the machine that wrote it
  file.root = readPickle(bytes, *file.arena, host);
  const Node* keys = readPickle(bytes, *file.arena, host);
  host.fill(*keys, bytes);
  return file;
}

uint64_t sizeOf(const std::string& path) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure))
    throw Error(ErrorCode::NotFound, "there is no weight file " + path);
  const uint64_t size = std::filesystem::file_size(path, failure);
  if (failure) throw Error(ErrorCode::Io, "cannot read " + path + ": " + failure.message());
  if (size > largestFile) throw Error(ErrorCode::TooLarge, "the weight file is larger than 16 GiB");
  return size;
}

bool isZip(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  char start[4] = {};
  stream.read(start, sizeof(start));
  return std::memcmp(start, "PK\3\4", sizeof(start)) == 0;
}

/// libtorch's own errors (a broken zip directory, a wrong checksum) are faults of the file.
template <class F>
auto asFileError(F read) {
  try {
    return read();
  } catch (const c10::Error&) {
    const Error error = currentError();
    if (error.code() == ErrorCode::OutOfMemory) throw error;
    const std::string text = error.what();
    invalid(text.substr(0, text.find('\n')).substr(0, 200));
  } catch (const std::bad_alloc&) {
    throw currentError();
  }
}

}  // namespace

TorchFile readTorchFile(const std::string& path, const JobContext& context) {
  const uint64_t size = sizeOf(path);
  const bool zip = isZip(path);
  // The legacy layout is read as a whole before its storages are filled.
  requireMemory(static_cast<int64_t>(zip ? size : 2 * size), "The weight file " + path);
  return asFileError([&] { return zip ? readZip(path, size, context) : readLegacy(path, size, context); });
}

void checkArchive(const std::string& path) {
  const uint64_t size = sizeOf(path);
  if (!isZip(path)) return;
  asFileError([&] {
    checkRecords(path, size);
    PyTorchStreamReader reader(path);
  });
}

}  // namespace mlabel
