#include "image/nrrd_grid.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "image/invalid_file.hpp"
#include "runtime/error.hpp"

namespace mlabel {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void unsupported(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::Unsupported, path + ": " + what);
}

struct Space {
  /// Signs that take it to RAS.
  Vector3 signs{-1, -1, 1};
  /// Numbers of a vector; 0: the vectors say it.
  size_t dimensions = 0;
};

Space spaceOf(const NrrdFields& fields) {
  Space space;
  std::string name = lowerCase(nrrdField(fields, {"space"}));
  if (const auto given = nrrdNumber(nrrdField(fields, {"space dimension", "spacedimension"}))) {
    space.dimensions = *given >= 1 && *given <= 8 ? static_cast<size_t>(*given) : 0;
  }
  if (name.empty()) return space;
  space.dimensions = 3;
  constexpr std::string_view time = "-time";
  if (name.ends_with(time) || name == "rast" || name == "last" || name == "lpst") {
    space.dimensions = 4;
    name.erase(name.size() - (name.ends_with(time) ? time.size() : 1));
  }
  if (name == "ras" || name == "right-anterior-superior") space.signs = {1, 1, 1};
  if (name == "las" || name == "left-anterior-superior") space.signs = {-1, 1, 1};
  return space;
}

struct Axis {
  int64_t size = 1;
  std::string kind;
  /// Empty where it has none.
  std::vector<double> direction;
  /// NaN where it has none, and so for the minimum.
  double spacing = nan;
  double min = nan;
  bool node = false;

  bool kindIsSpatial() const {
    return kind.empty() || kind == "domain" || kind == "space" || kind == "none" || kind == "???";
  }
  bool hasDirection() const { return !direction.empty(); }
};

/// The words of a field that has one for each axis; none when the field is absent.
std::vector<std::string> wordsPerAxis(const NrrdFields& fields, std::initializer_list<const char*> spellings,
                                      size_t axes, const std::string& path) {
  const auto words = nrrdWords(nrrdField(fields, spellings));
  if (!words.empty() && words.size() != axes) {
    invalidFile(path,
                "has " + std::to_string(axes) + " axes and " + std::to_string(words.size()) + " " + *spellings.begin());
  }
  return words;
}

double numberOf(const std::string& word, const std::string& path) {
  const auto value = nrrdNumber(word);
  if (!value || std::isinf(*value)) invalidFile(path, "\"" + word + "\" is not a number");
  return *value;
}

std::vector<Axis> readAxes(const NrrdFields& fields, const std::string& path) {
  std::vector<Axis> axes;
  for (const std::string& word : nrrdWords(nrrdField(fields, {"sizes"}))) {
    Axis axis;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), axis.size);
    if (error != std::errc() || end != word.data() + word.size() || axis.size < 1)
      invalidFile(path, "has the size \"" + word + "\"");
    axes.push_back(axis);
  }
  if (axes.empty()) invalidFile(path, "has no sizes");
  const std::string dimension = nrrdField(fields, {"dimension"});
  if (!dimension.empty() && dimension != std::to_string(axes.size())) {
    invalidFile(path, "says dimension " + dimension + " and gives " + std::to_string(axes.size()) + " sizes");
  }
  if (axes.size() < 2 || axes.size() > 4) {
    unsupported(path, "an NRRD file of " + std::to_string(axes.size()) + " axes cannot be read");
  }
  const auto kinds = wordsPerAxis(fields, {"kinds"}, axes.size(), path);
  const auto spacings = wordsPerAxis(fields, {"spacings"}, axes.size(), path);
  const auto mins = wordsPerAxis(fields, {"axis mins", "axismins"}, axes.size(), path);
  const auto centers = wordsPerAxis(fields, {"centers", "centerings"}, axes.size(), path);
  const auto directions = wordsPerAxis(fields, {"space directions", "spacedirections"}, axes.size(), path);
  for (size_t a = 0; a < axes.size(); ++a) {
    if (!kinds.empty()) axes[a].kind = lowerCase(kinds[a]);
    if (!spacings.empty()) axes[a].spacing = numberOf(spacings[a], path);
    if (!mins.empty()) axes[a].min = numberOf(mins[a], path);
    if (!centers.empty()) axes[a].node = lowerCase(centers[a]) == "node";
    if (!directions.empty()) axes[a].direction = nrrdVector(directions[a], path).value_or(std::vector<double>{});
  }
  return axes;
}

/// The fourth direction of a space with time: it leaves the place as it is.
bool isTime(const Axis& axis) {
  return axis.direction.size() == 4 && axis.direction[0] == 0 && axis.direction[1] == 0 && axis.direction[2] == 0;
}

void dropTime(std::vector<Axis>& axes, const std::string& path) {
  const auto time = std::find_if(axes.begin(), axes.end(), isTime);
  if (time == axes.end()) return;
  if (time->size > 1) {
    unsupported(path, "has " + std::to_string(time->size) + " points in time; give a file of one of them");
  }
  axes.erase(time);
}

/// The index of the channel axis, -1 when every axis lies in space.
int channelAxis(const std::vector<Axis>& axes, bool directions, const std::string& path) {
  const auto lies = [&](const Axis& axis) { return directions ? axis.hasDirection() : axis.kindIsSpatial(); };
  const auto outside = std::count_if(axes.begin(), axes.end(), [&](const Axis& axis) { return !lies(axis); });
  if (outside > 1)
    invalidFile(path,
                "has " + std::to_string(outside) + " axes that do not lie in space; one, of channels, can be read");
  if (outside == 1)
    return static_cast<int>(std::find_if(axes.begin(), axes.end(), [&](const Axis& a) { return !lies(a); }) -
                            axes.begin());
  if (axes.size() < 4) return -1;
  if (directions) invalidFile(path, "gives four axes a direction; three can lie in space");
  const auto empty = std::find_if(axes.begin(), axes.end(), [](const Axis& axis) { return std::isnan(axis.spacing); });
  const bool any = std::any_of(axes.begin(), axes.end(), [](const Axis& axis) { return !std::isnan(axis.spacing); });
  return any && empty != axes.end() ? static_cast<int>(empty - axes.begin()) : 3;
}

/// Numbers of a vector of two dimensions or more, as three.
Vector3 threeOf(const std::vector<double>& vector, const Space& space, const std::string& path) {
  if (vector.size() < 2 || vector.size() > 4 || (space.dimensions != 0 && vector.size() != space.dimensions)) {
    invalidFile(path, "has a vector of " + std::to_string(vector.size()) + " numbers in a space of " +
                          std::to_string(space.dimensions == 0 ? 3 : space.dimensions) + " dimensions");
  }
  Vector3 three{};
  std::copy_n(vector.begin(), std::min<size_t>(3, vector.size()), three.begin());
  return three;
}

/// The direction that a plane leaves open.
Vector3 normalOf(const Vector3& a, const Vector3& b) {
  const Vector3 cross{a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
  const double length = std::hypot(cross[0], cross[1], cross[2]);
  return {cross[0] / length, cross[1] / length, cross[2] / length};
}

/// Columns in the file's own space: three directions and the origin.
using Columns = std::array<Vector3, 4>;

Columns fromDirections(const std::vector<Axis>& axes, const Space& space, const std::string& path) {
  Columns columns{};
  for (size_t a = 0; a < axes.size(); ++a) columns[a] = threeOf(axes[a].direction, space, path);
  if (axes.size() == 2) columns[2] = normalOf(columns[0], columns[1]);
  return columns;
}

Columns fromSpacings(const std::vector<Axis>& axes) {
  Columns columns{};
  const bool placed = std::none_of(axes.begin(), axes.end(), [](const Axis& axis) { return std::isnan(axis.min); });
  for (size_t a = 0; a < 3; ++a) {
    const Axis axis = a < axes.size() ? axes[a] : Axis{};
    const double step = std::isnan(axis.spacing) ? 1 : axis.spacing;
    columns[a][a] = step;
    // The first cell begins at its minimum, so that its centre lies half a step further.
    if (placed && a < axes.size()) columns[3][a] = axis.min + (axis.node ? 0 : step / 2);
  }
  return columns;
}

}  // namespace

void readNrrdGrid(const NrrdFields& fields, ParsedHeader& parsed, const std::string& path) {
  ImageHeader& header = parsed.header;
  const Space space = spaceOf(fields);
  std::vector<Axis> axes = readAxes(fields, path);
  const bool directions = std::any_of(axes.begin(), axes.end(), [](const Axis& axis) { return axis.hasDirection(); });
  if (directions) dropTime(axes, path);
  const int channel = channelAxis(axes, directions, path);
  if (channel > 0 && channel != static_cast<int>(axes.size()) - 1) {
    unsupported(path, "has its channels on axis " + std::to_string(channel + 1) +
                          ", between those in space; they can be read on the first or the last axis");
  }
  if (channel >= 0) {
    header.channels = axes[static_cast<size_t>(channel)].size;
    parsed.layout.channelFirst = channel == 0;
    axes.erase(axes.begin() + channel);
  }
  if (axes.size() < 2) invalidFile(path, "does not have two or three axes in space");
  header.dimensions = static_cast<int>(axes.size());
  header.shape = {axes[0].size, axes[1].size, axes.size() == 3 ? axes[2].size : 1};

  Columns columns = directions ? fromDirections(axes, space, path) : fromSpacings(axes);
  const std::string origin = nrrdField(fields, {"space origin", "spaceorigin"});
  // Without directions the axes are those of LPS, while the origin is in the space that is named.
  const Vector3 axisSigns = directions ? space.signs : Space().signs;
  Vector3 originSigns = axisSigns;
  if (const auto given = origin.empty() ? std::nullopt : nrrdVector(origin, path)) {
    columns[3] = threeOf(*given, space, path);
    originSigns = space.signs;
  }
  for (int row = 0; row < 3; ++row) {
    const auto r = static_cast<size_t>(row);
    for (int column = 0; column < 3; ++column)
      header.affine(row, column) = axisSigns[r] * columns[static_cast<size_t>(column)][r];
    header.affine(row, 3) = originSigns[r] * columns[3][r];
  }
  header.placed = directions || !origin.empty();
}

bool hasSpaceOfThree(const NrrdFields& fields) {
  return fields.contains("space directions") && fields.contains("space") && fields.contains("space origin") &&
         spaceOf(fields).dimensions == 3;
}

}  // namespace mlabel
