// Voxels that a file spells out: NRRD's encodings ascii and hex.
#pragma once

#include <string>
#include <vector>

#include "image/byte_source.hpp"
#include "image/voxel_type.hpp"

namespace mlabel {

/// Reads what a text says as if the bytes lay in the file.
class TextVoxels {
 public:
  /// `path` is for sentences.
  TextVoxels(ByteSource& source, const std::string& path) : source_(source), path_(path), buffer_(1 << 16) {}

  /// Pairs of hexadecimal digits; returns how many bytes there were. Throws InvalidFile for what is none.
  size_t readHex(char* bytes, size_t size);

  /// Numbers with blanks or commas between them, as values of `type`; returns how many there were. Throws InvalidFile for
  /// a word that is no such number.
  size_t readNumbers(char* stored, VoxelType type, size_t count);

 private:
  /// The next character, -1 at the end.
  int next();
  /// Empty at the end.
  std::string nextWord();
  [[noreturn]] void refuse(const std::string& text, const char* what) const;

  ByteSource& source_;
  const std::string& path_;
  std::vector<char> buffer_;
  size_t at_ = 0;
  size_t filled_ = 0;
};

}  // namespace mlabel
