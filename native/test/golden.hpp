// The golden files below test/golden, as tensors.
#pragma once

#include <ATen/ATen.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <stdexcept>
#include <string>

namespace mlabel::test {

/// `name` is relative to test/golden.
inline std::filesystem::path goldenPath(const std::string& name) { return std::filesystem::path(GOLDEN_FOLDER) / name; }

inline std::string readText(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("no golden file " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A .npy file (little endian, C order), as numpy.save writes it.
inline at::Tensor readNpy(const std::filesystem::path& path) {
  const std::string bytes = readText(path);
  const size_t start = 10 + static_cast<unsigned char>(bytes.at(8)) + 256 * static_cast<unsigned char>(bytes.at(9));
  const std::string header = bytes.substr(10, start - 10);
  std::smatch found;
  if (!std::regex_search(header, found, std::regex("'descr': '[<|]([a-z0-9]+)'"))) throw std::runtime_error(header);
  const std::string kind = found[1];
  const at::ScalarType type = kind == "f4"   ? at::kFloat
                              : kind == "f8" ? at::kDouble
                              : kind == "u1" ? at::kByte
                              : kind == "i2" ? at::kShort
                              : kind == "i4" ? at::kInt
                              : kind == "i8" ? at::kLong
                              : kind == "b1" ? at::kBool
                                             : throw std::runtime_error("no reader for " + kind);
  if (!std::regex_search(header, found, std::regex("'shape': \\(([0-9, ]*)\\)"))) throw std::runtime_error(header);
  const std::string shape = found[1];
  std::vector<int64_t> sizes;
  const std::regex number("[0-9]+");
  for (std::sregex_iterator it(shape.begin(), shape.end(), number), end; it != end; ++it) {
    sizes.push_back(std::stoll(it->str()));
  }
  at::Tensor values = at::empty(sizes, type);
  if (bytes.size() - start != values.nbytes()) throw std::runtime_error("size of " + path.string());
  std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(start), bytes.end(), static_cast<char*>(values.data_ptr()));
  return values;
}

}  // namespace mlabel::test
