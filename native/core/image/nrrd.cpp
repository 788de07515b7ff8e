#include "image/nrrd.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>

#include "runtime/error.hpp"

namespace mlabel {
namespace {

/// Slicer's segmentations carry a few hundred bytes a segment.
constexpr size_t largestHeader = 4 << 20;

const std::map<std::string, VoxelType> typeNames{
    {"signed char", VoxelType::Int8},    {"int8", VoxelType::Int8},           {"int8_t", VoxelType::Int8},
    {"uchar", VoxelType::UInt8},         {"unsigned char", VoxelType::UInt8}, {"uint8", VoxelType::UInt8},
    {"uint8_t", VoxelType::UInt8},       {"short", VoxelType::Int16},         {"short int", VoxelType::Int16},
    {"signed short", VoxelType::Int16},  {"int16", VoxelType::Int16},         {"int16_t", VoxelType::Int16},
    {"ushort", VoxelType::UInt16},       {"unsigned short", VoxelType::UInt16}, {"uint16", VoxelType::UInt16},
    {"uint16_t", VoxelType::UInt16},     {"int", VoxelType::Int32},           {"signed int", VoxelType::Int32},
    {"int32", VoxelType::Int32},         {"int32_t", VoxelType::Int32},       {"uint", VoxelType::UInt32},
    {"unsigned int", VoxelType::UInt32}, {"uint32", VoxelType::UInt32},       {"uint32_t", VoxelType::UInt32},
    {"longlong", VoxelType::Int64},      {"long long", VoxelType::Int64},     {"int64", VoxelType::Int64},
    {"int64_t", VoxelType::Int64},       {"ulonglong", VoxelType::UInt64},    {"unsigned long long", VoxelType::UInt64},
    {"uint64", VoxelType::UInt64},       {"uint64_t", VoxelType::UInt64},     {"float", VoxelType::Float32},
    {"double", VoxelType::Float64},
};

[[noreturn]] void invalid(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::InvalidFile, path + ": " + what);
}

std::string trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> found;
  std::string word;
  int depth = 0;
  for (const char c : text + " ") {
    if (c == '(') ++depth;
    if (c == ')') --depth;
    // "(1, 0, 0)" is one word although it has blanks in it.
    if ((c == ' ' || c == '\t') && depth <= 0) {
      if (!word.empty()) found.push_back(word);
      word.clear();
    } else {
      word += c;
    }
  }
  return found;
}

std::optional<double> number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// "(1,0,0)" → a vector; nothing for "none".
std::optional<Vector3> vectorOf(const std::string& text, const std::string& path) {
  if (text == "none") return std::nullopt;
  Vector3 vector{};
  size_t axis = 0;
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') invalid(path, "\"" + text + "\" is not a vector");
  std::string part;
  for (const char c : text.substr(1, text.size() - 2) + ",") {
    if (c != ',') {
      part += c;
      continue;
    }
    const auto value = number(trimmed(part));
    if (!value || axis == 3) invalid(path, "\"" + text + "\" is not a vector of three numbers");
    vector[axis++] = *value;
    part.clear();
  }
  if (axis != 3) invalid(path, "\"" + text + "\" is not a vector of three numbers");
  return vector;
}

using FieldMap = std::map<std::string, std::string>;

std::string readText(ByteSource& source, const std::string& path) {
  std::string text;
  char c;
  while (!text.ends_with("\n\n") && !text.ends_with("\n\r\n")) {
    if (text.size() == largestHeader) invalid(path, "has an NRRD header without an end");
    if (source.read(&c, 1) == 0) invalid(path, "ends within its NRRD header");
    text += c;
  }
  return text;
}

FieldMap parseFields(const std::string& text) {
  FieldMap fields;
  size_t begin = text.find('\n') + 1;
  while (begin < text.size()) {
    const size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    const size_t colon = line.find(": ");
    if (line.starts_with('#') || colon == std::string::npos || line.find(":=") < colon) continue;
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    fields[name] = trimmed(line.substr(colon + 2));
  }
  return fields;
}

/// Signs that take the file's space to RAS.
Vector3 signsOf(const FieldMap& fields, const std::string& path) {
  const auto found = fields.find("space");
  std::string space = found == fields.end() ? "left-posterior-superior" : found->second;
  std::transform(space.begin(), space.end(), space.begin(), [](unsigned char c) { return std::tolower(c); });
  if (space == "lps" || space == "left-posterior-superior") return {-1, -1, 1};
  if (space == "ras" || space == "right-anterior-superior") return {1, 1, 1};
  if (space == "las" || space == "left-anterior-superior") return {-1, 1, 1};
  throw Error(ErrorCode::Unsupported, path + ": the space \"" + space + "\" is not known");
}

struct Axes {
  std::vector<int64_t> sizes;
  std::vector<Vector3> directions;
  /// Index of the axis without a direction, -1 when there is none.
  int channel = -1;
};

Axes readAxes(const FieldMap& fields, const std::string& path) {
  Axes axes;
  const auto sizes = fields.find("sizes");
  if (sizes == fields.end()) invalid(path, "has no sizes");
  for (const std::string& word : words(sizes->second)) {
    int64_t size = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), size);
    if (error != std::errc() || end != word.data() + word.size() || size < 1) invalid(path, "has the size \"" + word + "\"");
    axes.sizes.push_back(size);
  }
  const auto dimension = fields.find("dimension");
  if (dimension != fields.end() && dimension->second != std::to_string(axes.sizes.size())) {
    invalid(path, "says dimension " + dimension->second + " and gives " + std::to_string(axes.sizes.size()) + " sizes");
  }
  if (axes.sizes.size() < 2 || axes.sizes.size() > 4) {
    throw Error(ErrorCode::Unsupported, path + ": an NRRD file of " + std::to_string(axes.sizes.size()) + " axes cannot be read");
  }
  const auto directions = fields.find("space directions");
  if (directions != fields.end()) {
    const auto given = words(directions->second);
    if (given.size() != axes.sizes.size()) invalid(path, "does not give a direction for every axis");
    for (size_t axis = 0; axis < given.size(); ++axis) {
      if (const auto vector = vectorOf(given[axis], path)) axes.directions.push_back(*vector);
      else if (axes.channel < 0) axes.channel = static_cast<int>(axis);
      else invalid(path, "has two axes without a direction");
    }
  } else {
    const auto spacings = fields.find("spacings");
    const auto given = spacings == fields.end() ? std::vector<std::string>{} : words(spacings->second);
    if (axes.sizes.size() == 4) axes.channel = 3;
    for (size_t axis = 0; axis < 3; ++axis) {
      Vector3 direction{};
      direction[axis] = axis < given.size() ? number(given[axis]).value_or(1) : 1;
      axes.directions.push_back(direction);
    }
  }
  if (axes.channel > 0 && axes.channel != static_cast<int>(axes.sizes.size()) - 1) {
    throw Error(ErrorCode::Unsupported, path + ": a channel axis between the spatial ones cannot be read");
  }
  return axes;
}

std::string textOf(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end};
}

std::string vectorText(const Affine& affine, int column) {
  std::string text = "(";
  for (int row = 0; row < 3; ++row) {
    const double sign = row < 2 ? -1 : 1;
    const double value = sign * affine(row, column);
    text += (row == 0 ? "" : ",") + textOf(value == 0 ? 0 : value);
  }
  return text + ")";
}

}  // namespace

bool isNrrd(const char* firstFourBytes) { return std::memcmp(firstFourBytes, "NRRD", 4) == 0; }

ParsedHeader readNrrdHeader(ByteSource& source, const std::string& path, bool& gzip) {
  const std::string text = readText(source, path);
  const FieldMap fields = parseFields(text);
  const auto field = [&](const char* name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  };
  if (fields.contains("data file") || fields.contains("datafile")) {
    throw Error(ErrorCode::Unsupported, path + ": an NRRD header with its voxels in another file cannot be read");
  }
  for (const char* skip : {"line skip", "lineskip", "byte skip", "byteskip"}) {
    if (fields.contains(skip) && field(skip) != "0") throw Error(ErrorCode::Unsupported, path + ": NRRD's " + skip + " cannot be read");
  }

  ParsedHeader parsed;
  ImageHeader& header = parsed.header;
  const auto type = typeNames.find(field("type"));
  if (type == typeNames.end()) throw Error(ErrorCode::Unsupported, path + ": voxels of NRRD type \"" + field("type") + "\" cannot be read");
  parsed.layout.type = type->second;

  const std::string encoding = field("encoding");
  gzip = encoding == "gzip" || encoding == "gz";
  if (!gzip && encoding != "raw") throw Error(ErrorCode::Unsupported, path + ": the NRRD encoding \"" + encoding + "\" cannot be read");
  if (bytesOf(parsed.layout.type) > 1) {
    const std::string endian = field("endian");
    if (endian != "little" && endian != "big") invalid(path, "does not say whether its voxels are little or big endian");
    header.bigEndian = parsed.layout.swap = endian == "big";
  }

  Axes axes = readAxes(fields, path);
  if (axes.channel >= 0) {
    header.channels = axes.sizes[static_cast<size_t>(axes.channel)];
    axes.sizes.erase(axes.sizes.begin() + axes.channel);
    parsed.layout.channelFirst = axes.channel == 0;
  }
  header.dimensions = axes.sizes.size() == 2 ? 2 : 3;
  axes.sizes.resize(3, 1);
  if (axes.directions.size() == 2) axes.directions.push_back({0, 0, 1});
  if (axes.directions.size() != 3) invalid(path, "does not have two or three axes in space");
  std::copy(axes.sizes.begin(), axes.sizes.end(), header.shape.begin());

  const Vector3 signs = signsOf(fields, path);
  const Vector3 origin = fields.contains("space origin") ? vectorOf(field("space origin"), path).value_or(Vector3{}) : Vector3{};
  for (int row = 0; row < 3; ++row) {
    const auto r = static_cast<size_t>(row);
    for (int column = 0; column < 3; ++column) header.affine(row, column) = signs[r] * axes.directions[static_cast<size_t>(column)][r];
    header.affine(row, 3) = signs[r] * origin[r];
  }
  header.placed = fields.contains("space directions") || fields.contains("space origin");
  header.format = ImageFormat::Nrrd;
  header.compressed = gzip;
  header.dtype = nameOf(parsed.layout.type);
  header.raw.assign(text.begin(), text.end());
  return parsed;
}

std::string makeNrrdHeader(const Volume& volume, VoxelType type, bool gzip, const std::string& pairs) {
  const ImageHeader& source = volume.header;
  const auto sizes = volume.data.sizes();
  const bool channels = sizes[0] > 1;
  std::string space = "left-posterior-superior";
  std::string directions;
  for (int axis = 0; axis < 3; ++axis) directions += (axis == 0 ? "" : " ") + vectorText(volume.affine, axis);
  std::string origin = vectorText(volume.affine, 3);
  if (source.format == ImageFormat::Nrrd && source.affine == volume.affine && source.dimensions == 3) {
    const FieldMap fields = parseFields(std::string(source.raw.begin(), source.raw.end()));
    if (fields.contains("space directions") && fields.contains("space") && fields.contains("space origin")) {
      space = fields.at("space");
      origin = fields.at("space origin");
      directions.clear();
      for (const std::string& word : words(fields.at("space directions"))) {
        if (word != "none") directions += (directions.empty() ? "" : " ") + word;
      }
    }
  }

  std::string text = "NRRD0004\n";
  const auto line = [&](const char* name, const std::string& value) { text.append(name).append(": ").append(value).append("\n"); };
  const bool isSigned8 = type == VoxelType::Int8;
  const bool floating = type == VoxelType::Float32 || type == VoxelType::Float64;
  line("type", isSigned8 ? "signed char" : type == VoxelType::UInt8 ? "unsigned char" : floating ? (type == VoxelType::Float32 ? "float" : "double") : nameOf(type));
  line("dimension", channels ? "4" : "3");
  line("space", space);
  std::string shape;
  for (int64_t axis = 1; axis <= 3; ++axis) shape += (axis == 1 ? "" : " ") + std::to_string(sizes[axis]);
  line("sizes", channels ? shape + " " + std::to_string(sizes[0]) : shape);
  line("space directions", channels ? directions + " none" : directions);
  line("kinds", channels ? "domain domain domain list" : "domain domain domain");
  if (bytesOf(type) > 1) line("endian", "little");
  line("encoding", gzip ? "gzip" : "raw");
  line("space origin", origin);
  return text + pairs + "\n";
}

}  // namespace mlabel
