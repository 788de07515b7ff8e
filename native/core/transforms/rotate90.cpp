#include "transforms/arguments.hpp"
#include "transforms/geometry.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

using Plane = std::array<int, 2>;

/// `spatial_axes`: the two axes of the plane to turn in, (0, 1) unless given.
Plane planeOf(const Args& args) {
  const std::vector<int> axes = axesOf(args, "spatial_axes", {0, 1});
  if (axes.size() != 2) args.invalid("spatial_axes", "must be two axes");
  if (axes[0] == axes[1]) args.invalid("spatial_axes", "must differ");
  return {axes[0], axes[1]};
}

/// Rotate90d: torch.rot90, `k` quarter turns (negative ones the other way) from the first axis of the plane towards the
/// second.
class Rotate90 {
 public:
  explicit Rotate90(const Args& args) : Rotate90(args.get<int64_t>("k", 1), planeOf(args)) {}

  Rotate90(int64_t k, const Plane& plane) {
    const int64_t quarters = (k % 4 + 4) % 4;
    const auto [first, second] = plane;
    if (quarters % 2 == 1) std::swap(operation_.from[first], operation_.from[second]);
    operation_.flipped[first] = quarters == 1 || quarters == 2;
    operation_.flipped[second] = quarters == 2 || quarters == 3;
  }

  void apply(SampleImage& image, const JobContext&) const { orientImage(image, operation_); }

 private:
  OrientOperation operation_;
};

/// RandRotate90d: with probability `prob`, all keys turned by one to `max_k` quarters in the plane of `spatial_axes`.
class RandRotate90 final : public Randomized<Rotate90> {
 public:
  explicit RandRotate90(const Args& args)
      : Randomized(args),
        probability_(probabilityOf(args)),
        largest_(args.get<int64_t>("max_k", 3)),
        plane_(planeOf(args)) {
    if (largest_ < 1) args.invalid("max_k", "must be positive");
  }

 private:
  std::optional<Rotate90> draw(RandomStream& random, const SampleImage&) const override {
    // The number of quarters is drawn first, and always.
    const int64_t quarters = random.randint(0, largest_) + 1;
    if (random.rand() >= probability_) return std::nullopt;
    return Rotate90(quarters, plane_);
  }

  double probability_;
  int64_t largest_;
  Plane plane_;
};

}  // namespace

TransformPointer makeRotate90(const Args& args) { return std::make_shared<ArrayTransform<Rotate90>>(args); }
TransformPointer makeRandRotate90(const Args& args) { return std::make_shared<RandRotate90>(args); }

}  // namespace mlabel
