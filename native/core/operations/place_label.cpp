// Writes a label on the grid of its image.
#include <ATen/ATen.h>

#include "image/image_file.hpp"
#include "labels/placed_label.hpp"
#include "operations/operation.hpp"

namespace mlabel {
namespace {

class PlaceLabelOperation : public SimpleOperation {
 public:
  explicit PlaceLabelOperation(const Json& options) {
    const Args args("placeLabel", options);
    label_ = args.require<std::string>("label");
    image_ = args.require<std::string>("image");
    values_ = parseLabelValues(args, "values");
    output_ = args.require<std::string>("output");
    args.finish();
  }

  Lane lane() const override { return Lane::Files; }

  Json run(Runtime&, const JobContext& context) override {
    const Volume label = placedLabel(label_, image_, values_, context);
    const std::string dtype = narrowestType(label.data);
    writeImage(output_, label, {.dtype = dtype}, context);
    return {{"dtype", dtype}};
  }

 private:
  static std::string narrowestType(const at::Tensor& data) {
    if (data.scalar_type() == at::kByte || data.numel() == 0) return "uint8";
    const auto [low, high] = data.aminmax();
    const auto least = low.item<int64_t>(), most = high.item<int64_t>();
    if (least < 0 || most > UINT16_MAX) return "int32";
    return most > UINT8_MAX ? "uint16" : "uint8";
  }

  std::string label_;
  std::string image_;
  std::optional<LabelValues> values_;
  std::string output_;
};

}  // namespace

std::unique_ptr<Operation> makePlaceLabelOperation(const Json& options) {
  return std::make_unique<PlaceLabelOperation>(options);
}

}  // namespace mlabel
