// MONAI's UNet (monai.networks.nets.UNet) in two and three dimensions.
#pragma once

#include <memory>
#include <vector>

#include "networks/convolution.hpp"
#include "networks/network.hpp"

namespace mlabel {

class UNet : public Network {
 public:
  /// MONAI's arguments: spatial_dims, in_channels, out_channels, channels, strides, kernel_size, up_kernel_size,
  /// num_res_units, act, norm, dropout, bias, adn_ordering. A stride may be a list, one number an axis.
  UNet(const Json& spec, const std::optional<at::Generator>& generator);

  at::Tensor run(const at::Tensor& input, LayerRunner& runner) const override;
  int64_t inChannels() const override { return inChannels_; }
  int64_t outChannels() const override { return outChannels_; }
  int spatialDims() const override { return spatialDims_; }
  int64_t divisor() const override { return divisor_; }

 private:
  /// One step down and the step up that undoes it.
  struct Level {
    std::shared_ptr<Block> down;
    std::shared_ptr<ConvolutionBlock> up;
    std::shared_ptr<ResidualUnit> upResidual;  ///< null without residual units
  };

  int spatialDims_;
  int64_t inChannels_, outChannels_, divisor_;
  std::vector<Level> levels_;  ///< finest first
  std::shared_ptr<Block> bottom_;
};

}  // namespace mlabel
