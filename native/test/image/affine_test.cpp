#include "image/affine.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "runtime/error.hpp"

using namespace mlabel;

TEST_CASE("Affine: inverse, product and spacing") {
  const Affine affine{{{{0, -2, 0.1, 10}, {0.7, 0, 0, -20}, {0, 0.3, 3, 5}, {0, 0, 0, 1}}}};
  const Affine identity = affine * affine.inverse();
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 4; ++column) CHECK(identity(row, column) == doctest::Approx(row == column));
  }
  CHECK(affine.spacing()[0] == doctest::Approx(0.7));
  CHECK(affine.spacing()[1] == doctest::Approx(std::hypot(2, 0.3)));
  CHECK(affine.apply({1, 2, 3})[1] == doctest::Approx(-19.3));
}

TEST_CASE("Affine: singular and non-finite matrices have no inverse") {
  Affine flat;
  flat(2, 2) = 0;
  CHECK_THROWS_AS(flat.inverse(), Error);
  Affine broken;
  broken(0, 3) = NAN;
  CHECK_THROWS_AS(broken.inverse(), Error);
  CHECK_THROWS_AS(axisDirections(broken), Error);
  CHECK_THROWS_AS(axisDirections(flat), Error);
}

TEST_CASE("Axis codes and directions are each other's inverse for all 48 orders") {
  int orders = 0;
  for (const char* world : {"RAS", "RSA", "ARS", "ASR", "SRA", "SAR"}) {
    for (int signs = 0; signs < 8; ++signs) {
      std::string codes = world;
      for (int axis = 0; axis < 3; ++axis) {
        if ((signs >> axis & 1) != 0) codes[axis] = codes[axis] == 'R' ? 'L' : codes[axis] == 'A' ? 'P' : 'I';
      }
      const AxisDirections directions = parseAxisCodes(codes);
      CHECK(axisCodes(directions) == codes);
      // A slightly oblique, anisotropic affine with these axes.
      Affine affine;
      const double spacing[3] = {0.8, 1.1, 2.5};
      for (int axis = 0; axis < 3; ++axis) {
        for (int row = 0; row < 3; ++row) {
          const double along = row == directions[axis].world ? directions[axis].sign : 0.1 * (row - axis);
          affine(row, axis) = along * spacing[axis];
        }
      }
      CHECK(axisDirections(affine) == directions);
      ++orders;
    }
  }
  CHECK(orders == 48);
}

TEST_CASE("Axis codes: what is not an orientation is an error") {
  for (const char* codes : {"", "RA", "RAR", "RLS", "RASS", "ras", "XYZ"})
    CHECK_THROWS_AS(parseAxisCodes(codes), Error);
}
