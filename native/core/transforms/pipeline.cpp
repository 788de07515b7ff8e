#include "transforms/pipeline.hpp"

#include <algorithm>
#include <chrono>

namespace mlabel {

namespace {

/// What follows would divide by the number of voxels, or look for the nearest of none.
void requireVoxels(const Sample& sample, const std::string& transform) {
  for (const auto& [key, image] : sample.images) {
    if (image.data.numel() > 0) continue;
    throw Error(ErrorCode::InvalidInput, transform + ": nothing is left of \"" + key + "\"");
  }
}

}  // namespace

Pipeline::Pipeline(const Json& specs) {
  if (!specs.is_array()) throw Error(ErrorCode::InvalidInput, "transforms: expected a list, got " + specs.dump());
  for (const Json& spec : specs) {
    auto transform = makeTransform(spec);
    steps_.push_back({spec.at("name").get<std::string>(), std::move(transform)});
  }
  const auto random = [](const Step& step) { return step.transform->random(); };
  firstRandom_ = static_cast<size_t>(std::find_if(steps_.begin(), steps_.end(), random) - steps_.begin());
  while (prefixLength_ < firstRandom_ && !steps_[prefixLength_].transform->readsRequest()) {
    prefix_ += nlohmann::json(specs[prefixLength_++]).dump();
  }
}

bool Pipeline::random() const { return firstRandom_ < steps_.size(); }

void Pipeline::applyDeterministic(Sample& sample, const JobContext& context, Timings* timings) const {
  applyPrefix(sample, context, timings);
  applyBehindPrefix(sample, context, timings);
}

void Pipeline::applyPrefix(Sample& sample, const JobContext& context, Timings* timings) const {
  applySteps(0, prefixLength_, sample, context, timings);
}

void Pipeline::applyBehindPrefix(Sample& sample, const JobContext& context, Timings* timings) const {
  if (prefixLength_ < firstRandom_ && !sample.clicks.empty()) layClicks(sample.at("image", "clicks"), sample.clicks);
  applySteps(prefixLength_, firstRandom_, sample, context, timings);
}

void Pipeline::applySteps(size_t first, size_t last, Sample& sample, const JobContext& context,
                          Timings* timings) const {
  for (size_t i = first; i < last; ++i) {
    context.check();
    const auto start = std::chrono::steady_clock::now();
    steps_[i].transform->apply(sample, context);
    requireVoxels(sample, steps_[i].name);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    if (timings != nullptr) timings->emplace_back(steps_[i].name, seconds.count());
  }
}

Pipeline::RandomStreams Pipeline::randomStreams(uint32_t seed) const {
  RandomState parent(seed);
  RandomStreams streams;
  for (const Step& step : steps_) {
    if (step.transform->random()) streams.emplace_back(parent.next());
  }
  return streams;
}

std::vector<Sample> Pipeline::applyRandom(Sample sample, RandomStreams& streams, const JobContext& context) const {
  std::vector<Sample> samples;
  samples.push_back(std::move(sample));
  size_t stream = 0;
  for (size_t i = firstRandom_; i < steps_.size(); ++i) {
    context.check();
    const auto* random = dynamic_cast<const RandomTransform*>(steps_[i].transform.get());
    if (random == nullptr) {
      for (Sample& one : samples) {
        steps_[i].transform->apply(one, context);
        requireVoxels(one, steps_[i].name);
      }
      continue;
    }
    std::vector<Sample> next;
    for (Sample& one : samples) {
      auto made = random->applyRandom(std::move(one), streams.at(stream), context);
      std::move(made.begin(), made.end(), std::back_inserter(next));
    }
    samples = std::move(next);
    for (const Sample& one : samples) requireVoxels(one, steps_[i].name);
    ++stream;
  }
  return samples;
}

}  // namespace mlabel
