#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// EnsureChannelFirstd: images are loaded with the channel axis first, so this only insists that the keys are there.
class EnsureChannelFirst {
 public:
  explicit EnsureChannelFirst(const Args&) {}

  void apply(SampleImage&, const JobContext&) const {}
};

}  // namespace

TransformPointer makeEnsureChannelFirst(const Args& args) {
  return std::make_shared<ArrayTransform<EnsureChannelFirst>>(args);
}

}  // namespace mlabel
