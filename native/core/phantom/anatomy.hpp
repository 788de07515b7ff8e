// A person's abdomen as solids and tissues, drawn from a seed. World coordinates are RAS millimetres: x to the
// patient's right, y to the front, z to the head, the origin in the middle of the body between liver and kidneys.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "phantom/shapes.hpp"
#include "runtime/random_state.hpp"

namespace mlabel {

/// Values in the label image of a phantom.
enum class Organ : uint8_t { None = 0, Spleen = 1, Liver = 2, RightKidney = 3, LeftKidney = 4 };

/// What lies at a point.
struct Tissue {
  double hounsfield = -1000;
  Organ organ = Organ::None;
};

/// A smooth random function of place: a few plane waves.
class Waves {
 public:
  /// Values within about ±amplitude; `length` is the shortest wave in mm.
  Waves(RandomState& random, int count, double amplitude, double length);
  double at(const Vector3& p) const;

 private:
  struct Wave {
    Vector3 direction;
    double phase;
    double amplitude;
  };
  std::vector<Wave> waves_;
};

class Anatomy {
 public:
  explicit Anatomy(RandomState& random);

  /// The tissue at a point; neighbours blend over `edge` mm, as they do in a voxel of that size.
  Tissue at(const Vector3& world, double edge) const;

 private:
  /// Distances (mm, negative inside) that several tissues share.
  struct Frame {
    double skin = 0;
    double cavity = 0;
    double diaphragm = 0;
    /// How far organs bulge (negative) or are dented here.
    double bumps = 0;
  };
  class Painter;

  Frame frameAt(const Vector3& p) const;
  void paintWall(const Vector3& p, const Frame& frame, Painter& painter) const;
  void paintBones(const Vector3& p, const Frame& frame, Painter& painter) const;
  void paintGut(const Vector3& p, const Frame& frame, Painter& painter) const;
  void paintOrgans(const Vector3& p, const Frame& frame, Painter& painter) const;
  void paintVessels(const Vector3& p, Painter& painter) const;

  struct Density {
    double fat, muscle, liver, spleen, kidney, medulla, blood, veins, marrow, cortex, stomach, bowel;
  } density_;
  std::array<Waves, 3> warp_;
  Waves texture_;
  Waves surface_;

  double halfWidth_, halfDepth_, fatThickness_, wallThickness_;
  double ribPhase_, discPhase_;
  Ellipsoid rightDome_, leftDome_, heart_;
  Ellipsoid rightLobe_, leftLobe_, gallbladder_;
  Ellipsoid spleen_, spleenHilum_;
  Ellipsoid stomach_;
  double stomachFluidLevel_;
  struct Kidney {
    Ellipsoid outline;
    Ellipsoid sinus;
  };
  Kidney rightKidney_, leftKidney_;
  std::vector<Capsule> hepaticVeins_;
  std::vector<Capsule> pancreas_;
  std::vector<Capsule> bowel_;
  std::vector<Capsule> gas_;
};

}  // namespace mlabel
