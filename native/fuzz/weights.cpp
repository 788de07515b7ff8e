#include "networks/weights.hpp"

#include <cstdint>

#include "networks/pickle.hpp"
#include "networks/torch_file.hpp"
#include "readers.hpp"

namespace mlabel::fuzz {
namespace {

/// Refers to nothing.
struct EmptyHost : PickleHost {
  explicit EmptyHost(PickleArena& arena) : arena(arena) {}
  PickleNode* call(const std::string&, const PickleNode&) override { return nullptr; }
  PickleNode* persistent(const PickleNode&) override { return arena.make(PickleNode::Kind::Storage); }
  PickleArena& arena;
};

void append(std::string& bytes, uint64_t value, int width) {
  for (int i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i));
}

/// A zip archive of stored records, without checksums: libtorch does not look at them.
class Archive {
 public:
  void add(const std::string& name, Bytes content) {
    const std::string fields = fieldsOf(name, content);
    append(directory_, 0x02014b50, 4);
    append(directory_, 20, 2);
    directory_ += fields;
    directory_.append(10, '\0');
    append(directory_, bytes_.size(), 4);
    directory_ += name;
    append(bytes_, 0x04034b50, 4);
    bytes_.append(fields).append(name).append(content);
    ++count_;
  }

  std::string finish() {
    const size_t offset = bytes_.size();
    bytes_ += directory_;
    append(bytes_, 0x06054b50, 4);
    append(bytes_, 0, 4);
    append(bytes_, count_, 2);
    append(bytes_, count_, 2);
    append(bytes_, directory_.size(), 4);
    append(bytes_, offset, 4);
    append(bytes_, 0, 2);
    return std::move(bytes_);
  }

 private:
  /// What a record has before it and in the directory: version, flags, method, time, checksum, both sizes, length of the
  /// name, and no extra field.
  static std::string fieldsOf(const std::string& name, Bytes content) {
    std::string fields;
    append(fields, 20, 2);
    fields.append(12, '\0');
    append(fields, content.size(), 4);
    append(fields, content.size(), 4);
    append(fields, name.size(), 2);
    append(fields, 0, 2);
    return fields;
  }

  std::string bytes_;
  std::string directory_;
  uint64_t count_ = 0;
};

/// Reads every element, so that a tensor beyond its storage is seen.
void touch(const StateDict& weights) {
  for (const auto& [name, tensor] : weights) tensor.clone();
}

void readWeights(const std::string& path) {
  try {
    touch(readStateDict(path));
  } catch (const Error& error) {
    if (error.code() == ErrorCode::Internal) throw;
  }
  for (const auto& [name, part] : readCheckpoint(path).parts) touch(part);
}

}  // namespace

void readPickleBytes(Bytes bytes) {
  Archive archive;
  archive.add("x/version", "3\n");
  archive.add("x/data.pkl", bytes);
  archive.add("x/data/0", std::string(16, '\1'));
  archive.add("x/data/1", std::string(96, '\1'));
  archive.add("x/data/2", "");
  const std::string content = archive.finish();
  PickleArena arena;
  EmptyHost host(arena);
  try {
    readPickle(bytes, arena, host);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::Internal) throw;
  }
  readWeights(asFile(content));
}

void readZipBytes(Bytes bytes) { checkArchive(asFile(bytes)); }

void readWeightBytes(Bytes bytes) { readWeights(asFile(bytes)); }

}  // namespace mlabel::fuzz
