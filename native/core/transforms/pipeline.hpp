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

  /// Of these, the ones before the first that reads the request, and the rest; between them the sample's clicks are laid on
  /// "image". What the first leave is the same for equal files and an equal `prefix`.
  void applyPrefix(Sample& sample, const JobContext& context, Timings* timings = nullptr) const;
  void applyBehindPrefix(Sample& sample, const JobContext& context, Timings* timings = nullptr) const;
  /// The specs of the prefix as text, whatever the order of their arguments.
  const std::string& prefix() const { return prefix_; }

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
  void applySteps(size_t first, size_t last, Sample& sample, const JobContext& context, Timings* timings) const;

  std::vector<Step> steps_;
  size_t firstRandom_ = 0;
  size_t prefixLength_ = 0;
  std::string prefix_;
};

}  // namespace mlabel
