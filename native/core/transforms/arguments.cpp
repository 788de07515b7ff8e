#include "transforms/arguments.hpp"

#include <algorithm>

namespace mlabel {
namespace {

Shape3 threeOf(const Args& args, const std::string& name, const std::vector<int64_t>& values) {
  if (values.size() == 1) return {values[0], values[0], values[0]};
  if (values.size() != 3) args.invalid(name, "must be one number or three");
  return {values[0], values[1], values[2]};
}

}  // namespace

Shape3 sizesOf(const Args& args, const std::string& name) { return threeOf(args, name, args.list<int64_t>(name)); }

Shape3 sizesOf(const Args& args, const std::string& name, int64_t fallback) {
  return threeOf(args, name, args.list<int64_t>(name, {fallback}));
}

Shape3 fallBack(const Shape3& sizes, const Shape3& imageShape) {
  Shape3 result;
  for (int axis = 0; axis < 3; ++axis) result[axis] = sizes[axis] > 0 ? sizes[axis] : imageShape[axis];
  return result;
}

std::vector<int> axesOf(const Args& args, const std::string& name, const std::vector<int64_t>& fallback) {
  std::vector<int> axes;
  for (const int64_t axis : args.list<int64_t>(name, fallback)) {
    if (axis < -3 || axis > 2) args.invalid(name, "must lie between 0 and 2");
    axes.push_back(static_cast<int>(axis < 0 ? axis + 3 : axis));
  }
  return axes;
}

std::vector<Interpolation> modesOf(const Args& args, size_t keys, const std::string& linear) {
  auto names = args.list<std::string>("mode", {linear});
  if (names.size() == 1) names.resize(keys, names[0]);
  if (names.size() != keys) args.invalid("mode", "must be one mode, or one for each key");
  std::vector<Interpolation> modes;
  for (const auto& name : names) {
    if (name != linear && name != "nearest") args.invalid("mode", "must be " + linear + " or nearest");
    modes.push_back(name == "nearest" ? Interpolation::Nearest : Interpolation::Linear);
  }
  return modes;
}

double probabilityOf(const Args& args) {
  const auto probability = args.get<double>("prob", 0.1);
  if (!(probability >= 0 && probability <= 1)) args.invalid("prob", "must lie between 0 and 1");
  return probability;
}

std::pair<double, double> rangeOf(const Args& args, const std::string& name) {
  const auto values = args.list<double>(name);
  if (values.size() == 1) return {std::min(values[0], -values[0]), std::max(values[0], -values[0])};
  if (values.size() != 2) args.invalid(name, "must be a number or a pair of numbers");
  return {std::min(values[0], values[1]), std::max(values[0], values[1])};
}

}  // namespace mlabel
