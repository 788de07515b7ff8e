#include "phantom/anatomy.hpp"

#include <numbers>

namespace mlabel {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double vertebraHeight = 34;
constexpr double ribPitch = 30;

/// A place moved by up to ±mm along each axis.
Vector3 around(RandomState& random, const Vector3& centre, double mm) {
  return {centre[0] + random.uniform(-mm, mm), centre[1] + random.uniform(-mm, mm),
          centre[2] + random.uniform(-mm, mm)};
}

/// Sizes that share one factor of 1 ± share, and differ by another half of it.
Vector3 sized(RandomState& random, const Vector3& radii, double share) {
  const double common = random.uniform(1 - share, 1 + share);
  Vector3 result{};
  for (int axis = 0; axis < 3; ++axis)
    result[axis] = radii[axis] * common * random.uniform(1 - share / 2, 1 + share / 2);
  return result;
}

double vary(RandomState& random, double value, double share) { return value * random.uniform(1 - share, 1 + share); }

/// Remainder in [-period/2, period/2).
double wrapped(double value, double period) { return value - period * std::floor(value / period + 0.5); }

/// Distance to an upright elliptic column.
double column(const Vector3& p, double x, double y, double radiusX, double radiusY) {
  const double u = (p[0] - x) / radiusX, v = (p[1] - y) / radiusY;
  const double value = std::hypot(u, v);
  const double slope = std::hypot(u / radiusX, v / radiusY);
  return slope < 1e-9 ? -std::min(radiusX, radiusY) : value * (value - 1) / slope;
}

}  // namespace

Waves::Waves(RandomState& random, int count, double amplitude, double length) {
  for (int index = 0; index < count; ++index) {
    const double z = random.uniform(-1, 1), angle = random.uniform(0, 2 * pi);
    const double frequency = 2 * pi / (length * random.uniform(1, 2.5));
    const double flat = std::sqrt(1 - z * z);
    const Vector3 direction{frequency * flat * std::cos(angle), frequency * flat * std::sin(angle), frequency * z};
    waves_.push_back({direction, random.uniform(0, 2 * pi), amplitude * 1.5 / count});
  }
}

double Waves::at(const Vector3& p) const {
  double sum = 0;
  for (const Wave& wave : waves_) sum += wave.amplitude * std::sin(dot(wave.direction, p) + wave.phase);
  return sum;
}

/// Lays tissue over tissue; a voxel that an edge crosses gets a share of each.
class Anatomy::Painter {
 public:
  explicit Painter(double edge) : edge_(edge) {}

  void lay(double distance, double hounsfield, Organ organ = Organ::None) {
    const double share = std::clamp(0.5 - distance / edge_, 0.0, 1.0);
    tissue.hounsfield += share * (hounsfield - tissue.hounsfield);
    if (share >= 0.5) tissue.organ = organ;
  }

  Tissue tissue;

 private:
  double edge_;
};

Anatomy::Anatomy(RandomState& random)
    : warp_{Waves(random, 4, 7, 110), Waves(random, 4, 7, 110), Waves(random, 4, 7, 110)},
      texture_(random, 8, 9, 14),
      surface_(random, 6, 3.5, 35) {
  // Two phases of contrast; in both, the spleen is within the spread of its neighbours.
  const bool enhanced = random.rand() < 0.6;
  const double liver = enhanced ? random.uniform(95, 115) : random.uniform(52, 66);
  density_ = {.fat = random.uniform(-110, -92),
              .muscle = random.uniform(48, 62),
              .liver = liver,
              .spleen = enhanced ? liver + random.uniform(0, 18) : liver - random.uniform(4, 14),
              .kidney = enhanced ? random.uniform(140, 185) : random.uniform(30, 40),
              .medulla = enhanced ? random.uniform(110, 140) : random.uniform(25, 34),
              .blood = enhanced ? random.uniform(130, 165) : random.uniform(38, 48),
              .veins = enhanced ? liver + random.uniform(25, 45) : liver - random.uniform(10, 18),
              .marrow = random.uniform(160, 260),
              .cortex = random.uniform(450, 700),
              .stomach = random.uniform(8, 70),
              .bowel = random.uniform(15, 60)};

  halfWidth_ = vary(random, 165, 0.07);
  halfDepth_ = vary(random, 118, 0.07);
  fatThickness_ = random.uniform(9, 22);
  wallThickness_ = random.uniform(10, 14);
  ribPhase_ = random.uniform(0, ribPitch);
  discPhase_ = random.uniform(0, vertebraHeight);

  const double height = random.uniform(78, 100);
  rightDome_ = {{62, 0, height - 105}, {88, 100, 105}};
  leftDome_ = {{-62, -2, height - 118}, {84, 98, 105}};
  heart_ = {around(random, {-22, 32, height + 14}, 6), sized(random, {50, 42, 34}, 0.08), {0, 0.2, -0.4}};

  const double tilt = random.uniform(-0.12, 0.12);
  rightLobe_ = {around(random, {72, -2, 24}, 6), sized(random, {68, 88, 84}, 0.09), {tilt, 0.15 + tilt, 0}};
  leftLobe_ = {around(random, {5, 52, 46}, 7), sized(random, {72, 30, 32}, 0.15), {0.1, -0.25, 0.25 + tilt}};
  gallbladder_ = {around(random, {52, 52, -14}, 7), sized(random, {14, 15, 24}, 0.2), {0.5, 0.2, 0}};

  const Vector3 spleen = around(random, {-94, -36, 34}, 8);
  const Vector3 turn{random.uniform(-0.45, -0.05), random.uniform(-0.3, 0.15), random.uniform(-0.4, 0.05)};
  spleen_ = {spleen, sized(random, {38, 56, 60}, 0.13), turn};
  const Vector3 hilum{random.uniform(42, 52), random.uniform(16, 28), random.uniform(-12, 8)};
  spleenHilum_ = {spleen + hilum, {30, 42, 48}, turn};

  stomach_ = {
      around(random, {-52, 36, 36}, 9), sized(random, {40, 42, 52}, 0.14), {0.35, 0.5, random.uniform(-0.3, 0.3)}};
  stomachFluidLevel_ = stomach_.centre[1] + random.uniform(4, 34);

  const auto kidney = [&](double side, double z) {
    const Vector3 centre = around(random, {side * 62, -46, z}, 6);
    const Vector3 angles{random.uniform(-0.25, 0.05), side * random.uniform(0.1, 0.3),
                         side * random.uniform(-0.5, -0.2)};
    return Kidney{{centre, sized(random, {29, 26, 55}, 0.1), angles},
                  {centre + Vector3{-side * 13, 6, 0}, {17, 11, 27}, angles}};
  };
  rightKidney_ = kidney(1, -42);
  leftKidney_ = kidney(-1, -27);

  const Vector3 confluence{22, -22, 70};
  for (const Vector3& end : {Vector3{95, -20, 35}, Vector3{75, 35, 40}, Vector3{25, 50, 52}}) {
    hepaticVeins_.push_back({confluence, around(random, end, 10), random.uniform(3, 5)});
  }
  hepaticVeins_.push_back({{20, 8, -4}, around(random, {75, 5, 12}, 8), random.uniform(5, 7)});

  Vector3 joint = around(random, {34, 14, -22}, 5);
  for (const Vector3& next : {Vector3{4, 20, -6}, Vector3{-30, 6, 8}, Vector3{-66, -10, 22}}) {
    const Vector3 end = around(random, next, 6);
    pancreas_.push_back({joint, end, random.uniform(8, 12)});
    joint = end;
  }

  // The splenic flexure and descending colon, then loops of small bowel in front and below.
  const Vector3 flexure = around(random, {-98, 12, -8}, 8);
  bowel_.push_back({flexure, around(random, {-55, 62, -24}, 8), random.uniform(14, 20)});
  bowel_.push_back({flexure, around(random, {-108, -22, -110}, 6), random.uniform(12, 17)});
  bowel_.push_back({around(random, {104, 12, -60}, 6), around(random, {102, -12, -130}, 6), random.uniform(16, 22)});
  for (int loop = 0; loop < 22; ++loop) {
    const Vector3 from{random.uniform(-85, 85), random.uniform(-5, 68), random.uniform(-140, -38)};
    bowel_.push_back({from, around(random, from, 28), random.uniform(9, 15)});
  }
  for (const Capsule& loop : bowel_) {
    if (random.rand() < 0.4)
      gas_.push_back({loop.from + Vector3{0, 5, 0}, loop.to + Vector3{0, 5, 0}, loop.radius - 6});
  }
}

Anatomy::Frame Anatomy::frameAt(const Vector3& p) const {
  // A trunk that narrows a little to the waist, flatter at the back than an ellipse.
  const double waist = 1 - 0.05 * std::exp(-std::pow((p[2] + 70) / 60, 2));
  const double depth = p[1] < 0 ? halfDepth_ * 0.93 : halfDepth_;
  const double u = std::abs(p[0]) / (halfWidth_ * waist), v = std::abs(p[1]) / (depth * waist);
  const double value = std::pow(std::pow(u, 2.4) + std::pow(v, 2.4), 1 / 2.4);
  const double radius = std::hypot(p[0], p[1]) / std::max(value, 1e-6);
  const double skin = (value - 1) * (value < 1e-6 ? halfDepth_ : radius);
  const double fat = fatThickness_ * (1.1 + 0.35 * std::cos(2 * std::atan2(p[1], p[0]) + pi));
  return {.skin = skin,
          .cavity = skin + fat + wallThickness_,
          .diaphragm = smoothUnion(rightDome_.distance(p), leftDome_.distance(p), 25),
          .bumps = surface_.at(p)};
}

void Anatomy::paintWall(const Vector3& p, const Frame& frame, Painter& painter) const {
  painter.lay(frame.skin, 25);
  painter.lay(frame.skin + 2.5, density_.fat);
  painter.lay(frame.cavity - wallThickness_, density_.muscle);
  painter.lay(frame.cavity, density_.fat);
  for (const double side : {-1.0, 1.0}) {
    painter.lay(column(p, side * 36, -86, 32, 18), density_.muscle);
    const double psoas = std::clamp((30 - p[2]) / 80, 0.0, 1.3);
    if (psoas > 0.1) painter.lay(column(p, side * (30 + 10 * psoas), -52, 20 * psoas, 22 * psoas), density_.muscle);
  }
  // Lungs fill what the ribs enclose above the diaphragm, a muscle of a few millimetres.
  const double above = -frame.diaphragm;
  if (p[2] > -40) {
    painter.lay(std::max(frame.cavity, above), density_.muscle);
    painter.lay(std::max({frame.cavity + 2, above + 4, -column(p, 0, -30, 26, 46)}), -860);
    painter.lay(std::max(heart_.distance(p), above + 2), density_.blood - 10);
  }
}

void Anatomy::paintBones(const Vector3& p, const Frame& frame, Painter& painter) const {
  // Ribs run in the wall and fall from the back to the front; the lower belly has none.
  if (p[2] > -75 + 0.75 * (p[1] + 60)) {
    const double across = frame.cavity - wallThickness_ * 0.45;
    const double along = wrapped(p[2] + 0.55 * p[1] + 0.12 * std::abs(p[0]) + ribPhase_, ribPitch) * 0.8;
    const double rib = std::hypot(across * 1.15, along * 0.75) - 5.2;
    painter.lay(rib, density_.cortex);
    painter.lay(rib + 2.8, density_.marrow);
  }
  const double height = wrapped(p[2] + discPhase_, vertebraHeight);
  const double body = column(p, 0, -48, 24 - 2 * std::cos(2 * pi * height / vertebraHeight), 18);
  const double disc = std::abs(height) - 4.5;
  painter.lay(body, 85);
  painter.lay(std::max(body, -disc), density_.cortex);
  painter.lay(std::max(body + 2.5, -disc + 2), density_.marrow);

  const bool arch = std::abs(height) > 6;
  const double lamina = column(p, 0, -76, 16, 14);
  painter.lay(lamina, arch ? density_.cortex * 0.8 : density_.muscle);
  if (arch) {
    painter.lay(Capsule{{0, -88, p[2]}, {0, -100, p[2]}, 4}.distance(p), density_.cortex * 0.8);
    if (std::abs(height) > 12) {
      for (const double side : {-1.0, 1.0}) {
        painter.lay(Capsule{{side * 14, -72, p[2]}, {side * 40, -78, p[2]}, 4}.distance(p), density_.cortex * 0.7);
      }
    }
  }
  painter.lay(column(p, 0, -75, 10, 8.5), 22);
}

void Anatomy::paintGut(const Vector3& p, const Frame& frame, Painter& painter) const {
  const double inside = std::max(frame.cavity + 3, frame.diaphragm + 5);
  for (const Capsule& loop : bowel_) {
    const double distance = std::max(loop.distance(p) + frame.bumps, inside);
    painter.lay(distance, density_.muscle + 15);
    painter.lay(distance + 3, density_.bowel);
  }
  for (const Capsule& bubble : gas_) painter.lay(std::max(bubble.distance(p), inside + 4), -850);
  for (const Capsule& part : pancreas_) painter.lay(part.distance(p) + frame.bumps, density_.spleen - 14);

  const double stomach = std::max(stomach_.distance(p) + frame.bumps, inside);
  painter.lay(stomach, density_.muscle + 20);
  painter.lay(stomach + 4, density_.stomach);
  painter.lay(std::max(stomach + 4, stomachFluidLevel_ - p[1]), -930);
}

void Anatomy::paintOrgans(const Vector3& p, const Frame& frame, Painter& painter) const {
  const double inside = std::max(frame.cavity + 2, frame.diaphragm + 4);

  const double rightKidney = rightKidney_.outline.distance(p);
  const double lobes = smoothUnion(rightLobe_.distance(p), leftLobe_.distance(p), 18) + frame.bumps;
  const double spared = smoothDifference(smoothDifference(lobes, rightKidney - 5, 8), column(p, 10, -30, 34, 34), 10);
  const double liver = std::max(smoothDifference(spared, gallbladder_.distance(p) - 1, 5), inside);
  painter.lay(liver, density_.liver, Organ::Liver);
  for (const Capsule& vein : hepaticVeins_) {
    // Vessels inside the organ belong to it.
    if (liver < -2) painter.lay(vein.distance(p), density_.veins, Organ::Liver);
  }
  painter.lay(gallbladder_.distance(p) + 0.4 * frame.bumps, 12);

  const double leftKidney = leftKidney_.outline.distance(p);
  const double crescent = smoothDifference(spleen_.distance(p) + frame.bumps, spleenHilum_.distance(p), 6);
  painter.lay(std::max(smoothDifference(crescent, leftKidney - 3, 6), inside), density_.spleen, Organ::Spleen);

  const auto kidney = [&](const Kidney& kidney, double outline, Organ organ) {
    const double surface = outline + 0.5 * frame.bumps;
    painter.lay(smoothDifference(surface, kidney.sinus.distance(p), 4), density_.kidney, organ);
    painter.lay(std::max(surface + 8, 3 - kidney.sinus.distance(p)), density_.medulla, organ);
    painter.lay(std::max(surface, kidney.sinus.distance(p)), density_.fat);
  };
  kidney(rightKidney_, rightKidney, Organ::RightKidney);
  kidney(leftKidney_, leftKidney, Organ::LeftKidney);
}

void Anatomy::paintVessels(const Vector3& p, Painter& painter) const {
  painter.lay(column(p, -9, -18, 11, 11), density_.blood);
  painter.lay(column(p, 22, -20, 12, 10), density_.blood - 8);
}

Tissue Anatomy::at(const Vector3& world, double edge) const {
  Painter painter(edge);
  const Vector3 p = world + Vector3{warp_[0].at(world), warp_[1].at(world), warp_[2].at(world)};
  // The table is flat and does not follow the body.
  if (world[1] < -halfDepth_ - 14) {
    const double table = std::abs(world[1] + halfDepth_ + 22 - 0.0009 * world[0] * world[0]) - 2;
    painter.lay(std::max(table, std::abs(world[0]) - 190), -350);
  }
  const Frame frame = frameAt(p);
  if (frame.skin > edge) return painter.tissue;
  paintWall(p, frame, painter);
  if (frame.cavity < 30) {
    paintGut(p, frame, painter);
    paintOrgans(p, frame, painter);
    paintVessels(p, painter);
    paintBones(p, frame, painter);
  }
  if (painter.tissue.hounsfield > -200) painter.tissue.hounsfield += texture_.at(p);
  return painter.tissue;
}

}  // namespace mlabel
