#include "image/nrrd_fields.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "runtime/error.hpp"

namespace mlabel {
namespace {

std::string trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

}  // namespace

NrrdFields parseNrrdFields(const std::string& text) {
  NrrdFields fields;
  size_t begin = text.find('\n') + 1;
  while (begin < text.size()) {
    const size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    const size_t colon = line.find(": ");
    if (line.starts_with('#') || colon == std::string::npos || line.find(":=") < colon) continue;
    fields[lowerCase(line.substr(0, colon))] = trimmed(line.substr(colon + 2));
  }
  return fields;
}

std::string nrrdField(const NrrdFields& fields, std::initializer_list<const char*> spellings) {
  for (const char* spelling : spellings) {
    if (const auto found = fields.find(spelling); found != fields.end()) return found->second;
  }
  return {};
}

std::vector<std::string> nrrdWords(const std::string& text) {
  std::vector<std::string> found;
  std::string word;
  int depth = 0;
  for (const char c : text + " ") {
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if ((c == ' ' || c == '\t') && depth <= 0) {
      if (!word.empty()) found.push_back(word);
      word.clear();
    } else {
      word += c;
    }
  }
  return found;
}

std::optional<double> nrrdNumber(std::string text) {
  if (text.starts_with('+')) text.erase(0, 1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string nrrdText(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end};
}

std::optional<std::vector<double>> nrrdVector(const std::string& text, const std::string& path) {
  if (lowerCase(text) == "none") return std::nullopt;
  const auto refuse = [&] { throw Error(ErrorCode::InvalidFile, path + ": \"" + text + "\" is not a vector"); };
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') refuse();
  std::vector<double> vector;
  std::string part;
  for (const char c : text.substr(1, text.size() - 2) + ",") {
    if (c != ',') {
      part += c;
      continue;
    }
    const auto value = nrrdNumber(trimmed(part));
    if (!value) refuse();
    vector.push_back(*value);
    part.clear();
  }
  if (std::all_of(vector.begin(), vector.end(), [](double each) { return std::isnan(each); })) return std::nullopt;
  return vector;
}

std::string lowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace mlabel
