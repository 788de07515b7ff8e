// Seeds for the parts of a run, so that any part can be repeated without what came before it.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace mlabel {

/// A 32-bit seed from the run's seed and where in the run it is for (epoch, case, …): splitmix64's mixer.
inline uint32_t deriveSeed(uint64_t seed, std::initializer_list<int64_t> position) {
  uint64_t state = seed;
  const auto mix = [&state](uint64_t value) {
    state += value + 0x9e3779b97f4a7c15;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
    state = (state ^ (state >> 27)) * 0x94d049bb133111eb;
    state ^= state >> 31;
  };
  mix(position.size());
  for (const int64_t part : position) mix(static_cast<uint64_t>(part));
  return static_cast<uint32_t>(state);
}

}  // namespace mlabel
