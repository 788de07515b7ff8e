// Writing what Python's torch.load accepts by default: a zip archive with a pickle of protocol 2 and one record a storage.
#include <ATen/ATen.h>
#include <caffe2/serialize/inline_container.h>

#include <bit>
#include <exception>

#include "networks/weights.hpp"
#include "runtime/atomic_file.hpp"

namespace mlabel {
namespace {

using caffe2::serialize::PyTorchStreamWriter;

const char* storageName(c10::ScalarType type) {
  switch (type) {
    case at::kFloat: return "FloatStorage";
    case at::kDouble: return "DoubleStorage";
    case at::kHalf: return "HalfStorage";
    case at::kBFloat16: return "BFloat16Storage";
    case at::kLong: return "LongStorage";
    case at::kInt: return "IntStorage";
    case at::kShort: return "ShortStorage";
    case at::kChar: return "CharStorage";
    case at::kByte: return "ByteStorage";
    case at::kBool: return "BoolStorage";
    default:
      throw Error(ErrorCode::Unsupported, std::string("weights of type ") + c10::toString(type) + " cannot be written");
  }
}

/// Appends pickled values to a text; tensors go into the archive at once.
class Pickler {
 public:
  explicit Pickler(PyTorchStreamWriter& archive) : archive_(archive) {}

  void begin() { pickle_ += "\x80\x02"; }
  std::string end() {
    pickle_ += '.';
    return std::move(pickle_);
  }

  void stateDict(const StateDict& weights) {
    global("collections", "OrderedDict");
    pickle_ += ")R(";
    for (const auto& [name, tensor] : weights) {
      text(name);
      this->tensor(tensor);
    }
    pickle_ += 'u';
  }

  void beginDict() { pickle_ += "}("; }
  void endDict() { pickle_ += 'u'; }

  void text(const std::string& value) {
    pickle_ += 'X';
    little(static_cast<uint32_t>(value.size()));
    pickle_ += value;
  }

  void value(const std::string& name, const Json& value) {
    if (value.is_boolean()) {
      pickle_ += value.get<bool>() ? '\x88' : '\x89';
    } else if (value.is_number_integer()) {
      integer(value.get<int64_t>());
    } else if (value.is_number_float()) {
      real(value.get<double>());
    } else if (value.is_string()) {
      text(value.get<std::string>());
    } else {
      throw Error(ErrorCode::Internal, "a checkpoint cannot hold " + name);
    }
  }

 private:
  void little(uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) pickle_ += static_cast<char>(value >> shift & 255);
  }

  void integer(int64_t value) {
    pickle_ += "\x8a\x08";
    little(static_cast<uint32_t>(value));
    little(static_cast<uint32_t>(static_cast<uint64_t>(value) >> 32));
  }

  void real(double value) {
    const auto bits = std::bit_cast<uint64_t>(value);
    pickle_ += 'G';
    for (int shift = 56; shift >= 0; shift -= 8) pickle_ += static_cast<char>(bits >> shift & 255);
  }

  void integers(at::IntArrayRef values) {
    pickle_ += '(';
    for (const int64_t value : values) integer(value);
    pickle_ += 't';
  }

  void global(const std::string& module, const std::string& name) { pickle_ += 'c' + module + '\n' + name + '\n'; }

  /// torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks).
  void tensor(const at::Tensor& source) {
    // A storage of its own: a view would drag its base along.
    const at::Tensor whole = source.detach().to(at::kCPU).contiguous();
    const std::string key = std::to_string(written_++);
    archive_.writeRecord("data/" + key, whole.const_data_ptr(), whole.nbytes());

    global("torch._utils", "_rebuild_tensor_v2");
    pickle_ += "((";
    text("storage");
    global("torch", storageName(whole.scalar_type()));
    text(key);
    text("cpu");
    integer(whole.numel());
    pickle_ += "tQ";
    integer(0);
    integers(whole.sizes());
    integers(whole.strides());
    pickle_ += '\x89';
    global("collections", "OrderedDict");
    pickle_ += ")RtR";
  }

  PyTorchStreamWriter& archive_;
  std::string pickle_;
  int written_ = 0;
};

/// Hands the archive's bytes to the file. The archive writes its directory in its destructor too, where nothing may be
/// thrown, so a failure is kept until `rethrow`.
class ArchiveSink {
 public:
  explicit ArchiveSink(AtomicFile& file) : file_(file) {}

  size_t write(const void* data, size_t size) noexcept {
    try {
      if (!failure_) file_.write(data, size);
    } catch (...) {
      failure_ = std::current_exception();
    }
    return size;
  }

  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  AtomicFile& file_;
  std::exception_ptr failure_;
};

template <class F>
void writeArchive(const std::string& path, F writeRoot) {
  AtomicFile file(path);
  ArchiveSink sink(file);
  {
    PyTorchStreamWriter archive([&sink](const void* data, size_t size) { return sink.write(data, size); });
    Pickler pickler(archive);
    pickler.begin();
    writeRoot(pickler);
    const std::string pickle = pickler.end();
    archive.writeRecord("data.pkl", pickle.data(), pickle.size());
    const std::string byteOrder = "little";
    archive.writeRecord("byteorder", byteOrder.data(), byteOrder.size());
    archive.writeEndOfFile();
  }
  sink.rethrow();
  file.commit();
}

}  // namespace

void writeStateDict(const std::string& path, const StateDict& weights) {
  writeArchive(path, [&](Pickler& pickler) { pickler.stateDict(weights); });
}

void writeCheckpoint(const std::string& path, const Checkpoint& checkpoint) {
  writeArchive(path, [&](Pickler& pickler) {
    pickler.beginDict();
    for (const auto& [name, weights] : checkpoint.parts) {
      pickler.text(name);
      pickler.stateDict(weights);
    }
    for (const auto& [name, value] : checkpoint.values.items()) {
      pickler.text(name);
      pickler.value(name, value);
    }
    pickler.endDict();
  });
}

}  // namespace mlabel
