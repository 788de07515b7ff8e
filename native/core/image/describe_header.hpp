// An image header as the boundary tells it (ImageHeader of lib/engine/types.ts).
#pragma once

#include "image/volume.hpp"
#include "runtime/json.hpp"

namespace mlabel {

Json describeHeader(const ImageHeader& header);

}  // namespace mlabel
