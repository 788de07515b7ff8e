// A list of transforms run as one: MONAI's Compose.
#pragma once

#include <string>
#include <vector>

#include "transforms/transform.hpp"

namespace mlabel {

/// Seconds that each transform took, in order: the "latencies" of an answer.
using Timings = std::vector<std::pair<std::string, double>>;

class Pipeline {
 public:
  Pipeline() = default;
  /// A JSON list of specs. Throws InvalidInput as makeTransform does.
  explicit Pipeline(const Json& specs);

  /// Runs the transforms before the first random one; the part that may be cached.
  void applyDeterministic(Sample& sample, const JobContext& context, Timings* timings = nullptr) const;

  /// One stream for each random transform, seeded in order as Compose.set_random_state(seed) does.
  using RandomStreams = std::vector<RandomStream>;
  RandomStreams randomStreams(uint32_t seed) const;

  /// Runs the first random transform and all that follow, on one sample; several may come out.
  std::vector<Sample> applyRandom(Sample sample, RandomStreams& streams, const JobContext& context) const;

  bool random() const;

 private:
  struct Step {
    std::string name;
    TransformPointer transform;
  };
  std::vector<Step> steps_;
  size_t firstRandom_ = 0;
};

}  // namespace mlabel
