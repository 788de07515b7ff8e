#include "image/nifti_fields.hpp"

#include <cstring>

namespace mlabel {
namespace {

/// Takes fields out of a header.
class Reader {
 public:
  Reader(const std::vector<char>& bytes, bool swap) : bytes_(bytes), swap_(swap) {}

  template <class Stored, class Value>
  void field(size_t offset, Value& value) const {
    Stored stored;
    std::memcpy(&stored, bytes_.data() + offset, sizeof stored);
    value = static_cast<Value>(swap_ ? bytesSwapped(stored) : stored);
  }

 private:
  const std::vector<char>& bytes_;
  bool swap_;
};

/// Puts fields into a header.
class Writer {
 public:
  explicit Writer(std::vector<char>& bytes) : bytes_(bytes) {}

  template <class Stored, class Value>
  void field(size_t offset, const Value& value) const {
    const auto stored = static_cast<Stored>(value);
    std::memcpy(bytes_.data() + offset, &stored, sizeof stored);
  }

 private:
  std::vector<char>& bytes_;
};

template <class Stored, class Visitor, class Values>
void each(const Visitor& visitor, size_t offset, Values& values) {
  for (size_t i = 0; i < values.size(); ++i) visitor.template field<Stored>(offset + i * sizeof(Stored), values[i]);
}

/// One description of the layout serves reading and writing.
template <class Visitor, class Fields>
void visit1(const Visitor& visitor, Fields& f) {
  each<int16_t>(visitor, 40, f.dim);
  visitor.template field<int16_t>(70, f.datatype);
  each<float>(visitor, 76, f.pixdim);
  visitor.template field<float>(108, f.voxOffset);
  visitor.template field<float>(112, f.slope);
  visitor.template field<float>(116, f.intercept);
  visitor.template field<int8_t>(123, f.units);
  visitor.template field<int16_t>(252, f.qformCode);
  visitor.template field<int16_t>(254, f.sformCode);
  each<float>(visitor, 256, f.quatern);
  each<float>(visitor, 280, f.srow);
}

template <class Visitor, class Fields>
void visit2(const Visitor& visitor, Fields& f) {
  visitor.template field<int16_t>(12, f.datatype);
  each<int64_t>(visitor, 16, f.dim);
  each<double>(visitor, 104, f.pixdim);
  visitor.template field<int64_t>(168, f.voxOffset);
  visitor.template field<double>(176, f.slope);
  visitor.template field<double>(184, f.intercept);
  visitor.template field<int32_t>(344, f.qformCode);
  visitor.template field<int32_t>(348, f.sformCode);
  each<double>(visitor, 352, f.quatern);
  each<double>(visitor, 400, f.srow);
  visitor.template field<int32_t>(500, f.units);
}

}  // namespace

NiftiFields readNiftiFields(const std::vector<char>& bytes, bool swap) {
  NiftiFields fields;
  const Reader reader(bytes, swap);
  bytes.size() == nifti2Size ? visit2(reader, fields) : visit1(reader, fields);
  return fields;
}

void writeNiftiFields(std::vector<char>& bytes, const NiftiFields& fields) {
  const Writer writer(bytes);
  bytes.size() == nifti2Size ? visit2(writer, fields) : visit1(writer, fields);
}

}  // namespace mlabel
