#include "image/text_voxels.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>

#include "runtime/error.hpp"

namespace mlabel {
namespace {

/// -1 for what is no digit.
int hexValue(int character) {
  if (character >= '0' && character <= '9') return character - '0';
  const int lower = std::tolower(character);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

void TextVoxels::refuse(const std::string& text, const char* what) const {
  throw Error(ErrorCode::InvalidFile, path_ + ": \"" + text + "\" among the voxels is not " + what);
}

int TextVoxels::next() {
  if (at_ == filled_) {
    at_ = 0;
    filled_ = source_.read(buffer_.data(), buffer_.size());
    if (filled_ == 0) return -1;
  }
  return static_cast<unsigned char>(buffer_[at_++]);
}

size_t TextVoxels::readHex(char* bytes, size_t size) {
  int high = -1;
  for (size_t done = 0; done < size;) {
    const int character = next();
    if (character < 0) return done;
    if (std::isspace(character)) continue;
    const int value = hexValue(character);
    if (value < 0) refuse(std::string(1, static_cast<char>(character)), "a hexadecimal digit");
    if (high < 0) {
      high = value;
    } else {
      bytes[done++] = static_cast<char>(high << 4 | value);
      high = -1;
    }
  }
  return size;
}

std::string TextVoxels::nextWord() {
  constexpr size_t longest = 400;  // a double written in full has 309 digits before its point
  std::string word;
  for (int character = next(); character >= 0; character = next()) {
    if (!std::isspace(character) && character != ',') {
      word += static_cast<char>(character);
      if (word.size() > longest) refuse(word.substr(0, 20) + "…", "a number");
    } else if (!word.empty()) {
      break;
    }
  }
  return word;
}

size_t TextVoxels::readNumbers(char* stored, VoxelType type, size_t count) {
  return withVoxelType(type, [&](auto value) {
    for (size_t done = 0; done < count; ++done) {
      const std::string word = nextWord();
      if (word.empty()) return done;
      const char* const end = word.data() + word.size();
      const auto [parsed, error] = std::from_chars(word.data() + (word.starts_with('+') ? 1 : 0), end, value);
      if (error != std::errc() || parsed != end) refuse(word, nameOf(type));
      std::memcpy(stored + done * sizeof value, &value, sizeof value);
    }
    return count;
  });
}

}  // namespace mlabel
