#include "transforms/factories.hpp"

namespace mlabel {
namespace {

struct Entry {
  const char* name;
  TransformPointer (*make)(const Json& spec);
};

constexpr Entry transforms[] = {
    {"LoadImaged", makeLoadImage},
    {"EnsureChannelFirstd", makeEnsureChannelFirst},
    {"MapLabelsd", makeMapLabels},
    {"MapLabelValued", makeMapLabelValue},
    {"Orientationd", makeOrientation},
    {"Spacingd", makeSpacing},
    {"ScaleIntensityRanged", makeScaleIntensityRange},
    {"ScaleIntensityd", makeScaleIntensity},
    {"NormalizeIntensityd", makeNormalizeIntensity},
    {"CropForegroundd", makeCropForeground},
    {"SpatialPadd", makeSpatialPad},
    {"RandCropByPosNegLabeld", makeRandCropByPosNegLabel},
    {"RandSpatialCropd", makeRandSpatialCrop},
    {"RandFlipd", makeRandFlip},
    {"RandRotate90d", makeRandRotate90},
    {"RandShiftIntensityd", makeRandShiftIntensity},
    {"RandScaleIntensityd", makeRandScaleIntensity},
    {"Activationsd", makeActivations},
    {"AsDiscreted", makeAsDiscrete},
    {"KeepLargestConnectedComponentd", makeKeepLargestComponent},
};

}  // namespace

TransformPointer makeTransform(const Json& spec) {
  const auto name = Args("transform", spec).require<std::string>("name");
  std::string known;
  for (const Entry& entry : transforms) {
    if (name == entry.name) return entry.make(spec);
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw Error(ErrorCode::InvalidInput, "there is no transform \"" + name + "\"; known are " + known);
}

std::vector<std::string> transformNames() {
  std::vector<std::string> names;
  for (const Entry& entry : transforms) names.emplace_back(entry.name);
  return names;
}

}  // namespace mlabel
