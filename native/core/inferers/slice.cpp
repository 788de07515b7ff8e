// MONAI's SliceInferer: a 2-D network led through a volume, slice by slice.
#include <ATen/ATen.h>

#include "inferers/sliding_window.hpp"
#include "networks/network.hpp"

namespace mlabel {
namespace {

/// Arguments: spatial_dim 0, the axis across which the slices lie (0, 1 or 2); roi_size, two values, for windows in a slice;
/// the others of SlidingWindowInferer, of which overlap and sigma_scale have, as lists, a value for each of the three axes.
class SliceInferer : public SlidingWindowInferer {
 public:
  explicit SliceInferer(const Args& args) : SlidingWindowInferer(args), across_(args.get<int>("spatial_dim", 0)) {
    if (across_ < 0 || across_ > 2) args.invalid("spatial_dim", "must be 0, 1 or 2");
    if (roiSize_.size() != 2) args.invalid("roi_size", "must have two values, for windows in a slice");
  }

  void infer(const at::Tensor& image, const LedNetwork& network, LogitSink& sink,
             const JobContext& context) const override {
    std::vector<int64_t> roiSize = roiSize_;
    roiSize.insert(roiSize.begin() + across_, 1);
    blendWindows(image, optionsFor(roiSize, image, 3), acrossAxis(network.predict, across_), sink, context, name());
  }

  void checkFor(const Network& network) const override {
    if (network.spatialDims() != 2) {
      throw Error(ErrorCode::InvalidInput, "SliceInferer: it leads 2-D networks; this one has spatial_dims " +
                                               std::to_string(network.spatialDims()));
    }
    SlidingWindowInferer::checkFor(network);
  }

 private:
  int across_;
};

}  // namespace

std::unique_ptr<Inferer> makeSliceInferer(const Json& spec) {
  const Args args("SliceInferer", spec);
  auto inferer = std::make_unique<SliceInferer>(args);
  args.finish();
  return inferer;
}

}  // namespace mlabel
