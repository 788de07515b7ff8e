#include "runtime/random_state.hpp"

#include <doctest/doctest.h>

#include "runtime/error.hpp"

using namespace mlabel;

TEST_CASE("RandomState draws what numpy.random.RandomState draws") {
  SUBCASE("seed 0") {
    RandomState state(0u);
    CHECK(state.rand() == 0.5488135039273248);
    CHECK(state.uniform(-0.1, 0.1) == 0.043037873274483884);
    CHECK(state.randint(0, 1) == 0);
    CHECK(state.randint(0, 3) == 1);
    CHECK(state.randint(0, 1000) == 723);
    CHECK(state.randint(0, 1048579) == 448242);
    CHECK(state.randint(0, 4294967296) == 1879422756);
    CHECK(state.randint(-5, 6) == 2);
    CHECK(state.permutation(7) == std::vector<int64_t>{3, 1, 2, 4, 5, 0, 6});
    CHECK(state.choice(std::vector{0.2, 0.3, 0.5}) == 2);
    CHECK(state.normal() == doctest::Approx(2.5452007784710537).epsilon(1e-14));
    CHECK(state.normal() == doctest::Approx(1.0808119130554454).epsilon(1e-14));
    CHECK(state.normal() == doctest::Approx(0.48431215412066475).epsilon(1e-14));
    for (int i = 0; i < 700; ++i) state.rand();
    CHECK(state.next() == 3356429327u);
  }
  SUBCASE("seed 42") {
    RandomState state(42u);
    CHECK(state.rand() == 0.3745401188473625);
    CHECK(state.uniform(-0.1, 0.1) == 0.09014286128198323);
    CHECK(state.randint(0, 1) == 0);
    CHECK(state.randint(0, 3) == 2);
    CHECK(state.randint(0, 1000) == 71);
    CHECK(state.randint(0, 1048579) == 110268);
    CHECK(state.randint(0, 4294967296) == 2563451924);
    CHECK(state.randint(-5, 6) == 1);
    CHECK(state.permutation(7) == std::vector<int64_t>{3, 6, 0, 4, 5, 2, 1});
    CHECK(state.choice(std::vector{0.2, 0.3, 0.5}) == 0);
    CHECK(state.normal() == doctest::Approx(-0.4826187964480047).epsilon(1e-14));
    CHECK(state.normal() == doctest::Approx(0.1641648198407361).epsilon(1e-14));
    CHECK(state.normal() == doctest::Approx(0.2330952390597439).epsilon(1e-14));
    for (int i = 0; i < 700; ++i) state.rand();
    CHECK(state.next() == 3411447202u);
  }
  SUBCASE("seed 4294967295") {
    RandomState state(4294967295u);
    CHECK(state.rand() == 0.0976320289940138);
    CHECK(state.uniform(-0.1, 0.1) == 0.08247656906052436);
    CHECK(state.randint(0, 1) == 0);
    CHECK(state.randint(0, 3) == 0);
    CHECK(state.randint(0, 1000) == 576);
    CHECK(state.randint(0, 1048579) == 938198);
    CHECK(state.randint(0, 4294967296) == 3309765114);
    CHECK(state.randint(-5, 6) == 4);
    CHECK(state.permutation(7) == std::vector<int64_t>{6, 1, 4, 5, 2, 3, 0});
    CHECK(state.choice(std::vector{0.2, 0.3, 0.5}) == 0);
    CHECK(state.normal() == doctest::Approx(1.0541589291758977).epsilon(1e-14));
    CHECK(state.normal() == doctest::Approx(0.5027537243601207).epsilon(1e-14));
    CHECK(state.normal() == doctest::Approx(-0.1572549852173579).epsilon(1e-14));
    for (int i = 0; i < 700; ++i) state.rand();
    CHECK(state.next() == 676489326u);
  }
}

TEST_CASE("RandomState: seeding again starts the stream again, spare normal included") {
  RandomState state(7);
  const double first = state.normal();
  state.seed(7);
  CHECK(state.normal() == first);
}

TEST_CASE("RandomState: an empty range is an error") {
  RandomState state(1);
  CHECK_THROWS_AS(state.randint(3, 3), Error);
}
