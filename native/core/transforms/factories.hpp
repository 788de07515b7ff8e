// One factory for each transform; each is defined in the file of its name and listed in registry.cpp.
#pragma once

#include "transforms/transform.hpp"

namespace mlabel {

TransformPointer makeLoadImage(const Json& spec);
TransformPointer makeEnsureChannelFirst(const Json& spec);
TransformPointer makeMapLabels(const Json& spec);
TransformPointer makeMapLabelValue(const Json& spec);
TransformPointer makeOrientation(const Json& spec);
TransformPointer makeSpacing(const Json& spec);
TransformPointer makeScaleIntensityRange(const Json& spec);
TransformPointer makeScaleIntensity(const Json& spec);
TransformPointer makeNormalizeIntensity(const Json& spec);
TransformPointer makeCropForeground(const Json& spec);
TransformPointer makeSpatialPad(const Json& spec);
TransformPointer makeRandCropByPosNegLabel(const Json& spec);
TransformPointer makeRandSpatialCrop(const Json& spec);
TransformPointer makeRandFlip(const Json& spec);
TransformPointer makeRandRotate90(const Json& spec);
TransformPointer makeRandShiftIntensity(const Json& spec);
TransformPointer makeRandScaleIntensity(const Json& spec);
TransformPointer makeActivations(const Json& spec);
TransformPointer makeAsDiscrete(const Json& spec);
TransformPointer makeKeepLargestComponent(const Json& spec);

}  // namespace mlabel
