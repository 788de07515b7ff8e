#include "transforms/arguments.hpp"
#include "transforms/geometry.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// Flipd: the axes `spatial_axis` reversed (one, several; all three when absent).
class Flip {
 public:
  explicit Flip(const Args& args) {
    for (const int axis : axesOf(args, "spatial_axis", {0, 1, 2})) operation_.flipped[static_cast<size_t>(axis)] = true;
  }

  void apply(SampleImage& image, const JobContext&) const { orientImage(image, operation_); }

 private:
  OrientOperation operation_;
};

/// RandFlipd: with probability `prob`, all keys flipped along `spatial_axis`.
class RandFlip final : public Randomized<Flip> {
 public:
  explicit RandFlip(const Args& args) : Randomized(args), flip_(args), probability_(probabilityOf(args)) {}

 private:
  std::optional<Flip> draw(RandomStream& random, const SampleImage&) const override {
    if (random.rand() >= probability_) return std::nullopt;
    return flip_;
  }

  Flip flip_;
  double probability_;
};

}  // namespace

TransformPointer makeFlip(const Args& args) { return std::make_shared<ArrayTransform<Flip>>(args); }
TransformPointer makeRandFlip(const Args& args) { return std::make_shared<RandFlip>(args); }

}  // namespace mlabel
