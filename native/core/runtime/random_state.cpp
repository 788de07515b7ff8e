#include "runtime/random_state.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "runtime/error.hpp"

namespace mlabel {

void RandomState::seed(uint32_t seed) {
  for (uint32_t i = 0; i < key_.size(); ++i) {
    key_[i] = seed;
    seed = 1812433253U * (seed ^ (seed >> 30)) + i + 1;
  }
  position_ = static_cast<int>(key_.size());
  hasSpare_ = false;
}

uint32_t RandomState::next() {
  constexpr size_t n = 624;
  constexpr size_t m = 397;
  if (position_ == static_cast<int>(n)) {
    for (size_t i = 0; i < n; ++i) {
      const uint32_t y = (key_[i] & 0x80000000U) | (key_[(i + 1) % n] & 0x7fffffffU);
      key_[i] = key_[(i + m) % n] ^ (y >> 1) ^ ((y & 1U) != 0 ? 0x9908b0dfU : 0U);
    }
    position_ = 0;
  }
  uint32_t y = key_[static_cast<size_t>(position_++)];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680U;
  y ^= (y << 15) & 0xefc60000U;
  return y ^ (y >> 18);
}

double RandomState::rand() {
  const uint32_t high = next() >> 5;
  const uint32_t low = next() >> 6;
  return (high * 67108864.0 + low) / 9007199254740992.0;
}

int64_t RandomState::randint(int64_t low, int64_t high) {
  if (low >= high) throw Error(ErrorCode::InvalidInput, "randint: low is not below high");
  const uint64_t range = static_cast<uint64_t>(high - low) - 1;
  if (range == 0) return low;
  const uint64_t mask = std::bit_ceil(range + 1) - 1;
  const bool wide = range > 0xffffffffU;
  uint64_t value;
  do {
    value = next();
    if (wide) value = (value << 32) | next();
    value &= mask;
  } while (value > range);
  return low + static_cast<int64_t>(value);
}

int64_t RandomState::choice(std::span<const double> probabilities) {
  std::vector<double> cumulative(probabilities.size());
  std::partial_sum(probabilities.begin(), probabilities.end(), cumulative.begin());
  for (double& value : cumulative) value /= cumulative.back();
  return std::upper_bound(cumulative.begin(), cumulative.end(), rand()) - cumulative.begin();
}

std::vector<int64_t> RandomState::permutation(int64_t n) {
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (int64_t i = n - 1; i > 0; --i)
    std::swap(order[static_cast<size_t>(i)], order[static_cast<size_t>(randint(0, i + 1))]);
  return order;
}

double RandomState::normal() {
  if (hasSpare_) {
    hasSpare_ = false;
    return spare_;
  }
  double x1;
  double x2;
  double r2;
  do {
    x1 = 2.0 * rand() - 1.0;
    x2 = 2.0 * rand() - 1.0;
    r2 = x1 * x1 + x2 * x2;
  } while (r2 >= 1.0 || r2 == 0.0);
  const double f = std::sqrt(-2.0 * std::log(r2) / r2);
  spare_ = f * x1;
  hasSpare_ = true;
  return f * x2;
}

}  // namespace mlabel
