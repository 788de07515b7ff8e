#include "labels/placed_label.hpp"

#include "image/image_file.hpp"
#include "image/read_label.hpp"
#include "labels/placement.hpp"

namespace mlabel {

Volume placedLabel(const std::string& label, const std::string& image, const std::optional<LabelValues>& values,
                   const JobContext& context) {
  ImageHeader grid = readHeader(image, context);
  // Before the voxels are read: a label that does not fit need not be.
  const Placement placement = placementOf(readHeader(label, context), grid);
  at::Tensor data = readLabel(label, context).data;
  if (values) {
    data = mergeLayers(data, *values, context);
  } else if (data.size(0) != 1) {
    throw Error(ErrorCode::UnfitLabel,
                label + ": has " + std::to_string(data.size(0)) + " layers and nothing says what their values mean");
  }
  return {place(data, placement, context), grid.affine, grid};
}

}  // namespace mlabel
