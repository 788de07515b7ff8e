#include "image/nrrd.hpp"

#include <charconv>
#include <cstring>
#include <map>

#include "image/invalid_file.hpp"
#include "image/nrrd_fields.hpp"
#include "image/nrrd_grid.hpp"
#include "runtime/error.hpp"

namespace mlabel {
namespace {

/// Slicer's segmentations carry a few hundred bytes a segment.
constexpr size_t largestHeader = 4 << 20;

const std::map<std::string, VoxelType> typeNames{
    {"signed char", VoxelType::Int8},
    {"int8", VoxelType::Int8},
    {"int8_t", VoxelType::Int8},
    {"uchar", VoxelType::UInt8},
    {"unsigned char", VoxelType::UInt8},
    {"uint8", VoxelType::UInt8},
    {"uint8_t", VoxelType::UInt8},
    {"short", VoxelType::Int16},
    {"short int", VoxelType::Int16},
    {"signed short", VoxelType::Int16},
    {"signed short int", VoxelType::Int16},
    {"int16", VoxelType::Int16},
    {"int16_t", VoxelType::Int16},
    {"ushort", VoxelType::UInt16},
    {"unsigned short", VoxelType::UInt16},
    {"unsigned short int", VoxelType::UInt16},
    {"uint16", VoxelType::UInt16},
    {"uint16_t", VoxelType::UInt16},
    {"int", VoxelType::Int32},
    {"signed int", VoxelType::Int32},
    {"int32", VoxelType::Int32},
    {"int32_t", VoxelType::Int32},
    {"uint", VoxelType::UInt32},
    {"unsigned int", VoxelType::UInt32},
    {"uint32", VoxelType::UInt32},
    {"uint32_t", VoxelType::UInt32},
    {"longlong", VoxelType::Int64},
    {"long long", VoxelType::Int64},
    {"long long int", VoxelType::Int64},
    {"signed long long", VoxelType::Int64},
    {"signed long long int", VoxelType::Int64},
    {"int64", VoxelType::Int64},
    {"int64_t", VoxelType::Int64},
    {"ulonglong", VoxelType::UInt64},
    {"unsigned long long", VoxelType::UInt64},
    {"unsigned long long int", VoxelType::UInt64},
    {"uint64", VoxelType::UInt64},
    {"uint64_t", VoxelType::UInt64},
    {"float", VoxelType::Float32},
    {"double", VoxelType::Float64},
};

const std::map<std::string, VoxelEncoding> encodingNames{
    {"raw", VoxelEncoding::Raw},    {"gzip", VoxelEncoding::Gzip}, {"gz", VoxelEncoding::Gzip},
    {"ascii", VoxelEncoding::Text}, {"text", VoxelEncoding::Text}, {"txt", VoxelEncoding::Text},
    {"hex", VoxelEncoding::Hex},
};

std::string readText(ByteSource& source, const std::string& path) {
  std::string text;
  char c;
  while (!text.ends_with("\n\n") && !text.ends_with("\n\r\n")) {
    if (text.size() == largestHeader) invalidFile(path, "has an NRRD header without an end");
    if (source.read(&c, 1) == 0) invalidFile(path, "ends within its NRRD header");
    text += c;
  }
  return text;
}

/// Lines and bytes before the voxels; -1 bytes: the voxels end with the file.
int64_t skipOf(const NrrdFields& fields, std::initializer_list<const char*> spellings, const std::string& path) {
  const std::string text = nrrdField(fields, spellings);
  if (text.empty()) return 0;
  constexpr int64_t farthest = 1'000'000'000;
  int64_t skip = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), skip);
  if (error != std::errc() || end != text.data() + text.size() || skip < -1 || skip > farthest) {
    invalidFile(path, "has the " + std::string(*spellings.begin()) + " \"" + text + "\"");
  }
  return skip;
}

void appendWord(std::string& words, const std::string& word) {
  if (!words.empty()) words += ' ';
  words += word;
}

std::string vectorText(const Affine& affine, int column) {
  std::string text = "(";
  for (int row = 0; row < 3; ++row) {
    const double sign = row < 2 ? -1 : 1;
    const double value = sign * affine(row, column);
    if (row > 0) text += ',';
    text += nrrdText(value == 0 ? 0 : value);
  }
  return text + ")";
}

}  // namespace

bool isNrrd(const char* firstFourBytes) { return std::memcmp(firstFourBytes, "NRRD", 4) == 0; }

ParsedHeader readNrrdHeader(ByteSource& source, const std::string& path) {
  const std::string text = readText(source, path);
  const NrrdFields fields = parseNrrdFields(text);
  if (fields.contains("data file") || fields.contains("datafile")) {
    throw Error(ErrorCode::Unsupported, path + ": an NRRD header with its voxels in another file cannot be read");
  }

  ParsedHeader parsed;
  ImageHeader& header = parsed.header;
  VoxelLayout& layout = parsed.layout;
  const auto type = typeNames.find(lowerCase(nrrdField(fields, {"type"})));
  if (type == typeNames.end()) {
    throw Error(ErrorCode::Unsupported,
                path + ": voxels of NRRD type \"" + nrrdField(fields, {"type"}) + "\" cannot be read");
  }
  layout.type = type->second;
  const auto encoding = encodingNames.find(lowerCase(nrrdField(fields, {"encoding"})));
  if (encoding == encodingNames.end()) {
    throw Error(ErrorCode::Unsupported,
                path + ": the NRRD encoding \"" + nrrdField(fields, {"encoding"}) + "\" cannot be read");
  }
  layout.encoding = encoding->second;
  if (bytesOf(layout.type) > 1 && layout.encoding != VoxelEncoding::Text) {
    const std::string endian = lowerCase(nrrdField(fields, {"endian"}));
    if (endian != "little" && endian != "big")
      invalidFile(path, "does not say whether its voxels are little or big endian");
    header.bigEndian = layout.swap = endian == "big";
  }
  layout.lineSkip = skipOf(fields, {"line skip", "lineskip"}, path);
  layout.byteSkip = skipOf(fields, {"byte skip", "byteskip"}, path);
  if (layout.byteSkip < 0 && (layout.encoding != VoxelEncoding::Raw || source.inflating())) {
    throw Error(ErrorCode::Unsupported, path + ": NRRD's byte skip of -1 can be read with raw voxels only");
  }
  readNrrdGrid(fields, parsed, path);
  header.format = ImageFormat::Nrrd;
  header.compressed = layout.encoding == VoxelEncoding::Gzip;
  header.dtype = nameOf(layout.type);
  header.raw.assign(text.begin(), text.end());
  return parsed;
}

std::string makeNrrdHeader(const Volume& volume, VoxelType type, bool gzip, const std::string& pairs) {
  const ImageHeader& source = volume.header;
  const auto sizes = volume.data.sizes();
  const bool channels = sizes[0] > 1;
  std::string space = "left-posterior-superior";
  std::string directions;
  for (int axis = 0; axis < 3; ++axis) appendWord(directions, vectorText(volume.affine, axis));
  std::string origin = vectorText(volume.affine, 3);
  if (source.format == ImageFormat::Nrrd && source.affine == volume.affine && source.dimensions == 3) {
    const NrrdFields fields = parseNrrdFields(std::string(source.raw.begin(), source.raw.end()));
    if (hasSpaceOfThree(fields)) {
      space = fields.at("space");
      origin = fields.at("space origin");
      directions.clear();
      for (const std::string& word : nrrdWords(fields.at("space directions"))) {
        if (nrrdVector(word, "the image")) appendWord(directions, word);
      }
    }
  }

  std::string text = "NRRD0004\n";
  const auto line = [&](const char* name, const std::string& value) {
    text.append(name).append(": ").append(value).append("\n");
  };
  const bool isSigned8 = type == VoxelType::Int8;
  const bool floating = type == VoxelType::Float32 || type == VoxelType::Float64;
  line("type", isSigned8                  ? "signed char"
               : type == VoxelType::UInt8 ? "unsigned char"
               : floating                 ? (type == VoxelType::Float32 ? "float" : "double")
                                          : nameOf(type));
  line("dimension", channels ? "4" : "3");
  line("space", space);
  std::string shape;
  for (int64_t axis = 1; axis <= 3; ++axis) appendWord(shape, std::to_string(sizes[axis]));
  line("sizes", channels ? shape + " " + std::to_string(sizes[0]) : shape);
  line("space directions", channels ? directions + " none" : directions);
  line("kinds", channels ? "domain domain domain list" : "domain domain domain");
  if (bytesOf(type) > 1) line("endian", "little");
  line("encoding", gzip ? "gzip" : "raw");
  line("space origin", origin);
  return text + pairs + "\n";
}

}  // namespace mlabel
