// numpy's legacy generator, so that random transforms draw the very numbers MONAI draws.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace mlabel {

/// numpy.random.RandomState (MT19937): the same seed gives the same stream, word for word.
class RandomState {
 public:
  explicit RandomState(uint32_t seed) { this->seed(seed); }

  /// RandomState(seed): Knuth's initialisation.
  void seed(uint32_t seed);

  /// The next 32-bit word.
  uint32_t next();

  /// rand(): uniform in [0, 1), 53 bits from two words.
  double rand();

  /// uniform(low, high).
  double uniform(double low, double high) { return low + (high - low) * rand(); }

  /// randint(low, high), high exclusive, by masked rejection on 32-bit words; no word is consumed when only one value
  /// is possible. Throws InvalidInput when low >= high.
  int64_t randint(int64_t low, int64_t high);

  /// choice(n, p=probabilities): cumulative sum and right bisection with one rand().
  int64_t choice(std::span<const double> probabilities);

  /// permutation(n): Fisher-Yates from the end.
  std::vector<int64_t> permutation(int64_t n);

  /// randn(): polar method with the second value kept for the next call.
  double normal();

 private:
  std::array<uint32_t, 624> key_{};
  int position_ = 624;
  bool hasSpare_ = false;
  double spare_ = 0;
};

}  // namespace mlabel
