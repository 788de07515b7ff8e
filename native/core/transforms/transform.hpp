// What every dictionary transform is. To add one: a file beside this one and a line in list.inc (README-dev.md, 6).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/job.hpp"
#include "runtime/random_state.hpp"
#include "transforms/sample.hpp"

namespace mlabel {

/// Names, arguments, defaults and semantics are those of MONAI's dictionary transform of the same name.
/// A transform without random parts is stateless after construction and may be shared by threads.
class Transform {
 public:
  virtual ~Transform() = default;

  /// Changes the sample in place. `context` is for transforms that take long.
  virtual void apply(Sample& sample, const JobContext& context) const = 0;

  /// True for RandomTransform: everything before the first random transform may be cached.
  virtual bool random() const { return false; }

  /// True where the result depends on more than the files and the spec, on clicks for example: it and what follows are
  /// computed for each request.
  virtual bool readsRequest() const { return false; }
};

/// The argument `keys`, one name or a list: the images that a transform works on.
class Keys {
 public:
  /// Throws InvalidInput when `keys` is missing or empty.
  explicit Keys(const Args& args);

  const std::vector<std::string>& names() const { return names_; }

  /// The image of the first key. Throws InvalidInput naming transform and key when it is not there; so does each().
  SampleImage& first(Sample& sample) const { return sample.at(names_.front(), transform_); }

  /// Calls work(image) for the image of each key, in order. Polls `context`.
  template <class Work>
  void each(Sample& sample, const JobContext& context, const Work& work) const {
    for (const std::string& name : names_) {
      context.check();
      work(sample.at(name, transform_));
    }
  }

 private:
  std::string transform_;
  std::vector<std::string> names_;
};

/// A transform that does the same to the image of every key and looks at nothing else: MONAI's MapTransform around an
/// array transform. `Array` is the latter, a value that is made of the spec's arguments:
///   explicit Array(const Args& args);                                 throws InvalidInput for a wrong one
///   void apply(SampleImage& image, const JobContext& context) const;  changes one image in place
template <class Array>
class ArrayTransform final : public Transform {
 public:
  explicit ArrayTransform(const Args& args) : keys_(args), array_(args) {}

  void apply(Sample& sample, const JobContext& context) const override {
    keys_.each(sample, context, [&](SampleImage& image) { array_.apply(image, context); });
  }

 private:
  Keys keys_;
  Array array_;
};

/// The numbers that one random transform of a pipeline draws from: MONAI's `R`, seeded by Compose (monai-core 2.6).
class RandomStream : public RandomState {
 public:
  explicit RandomStream(uint32_t seed) : RandomState(seed), inner_(seed) {}

  /// Some of MONAI's random dictionary transforms hold a random array transform with an `R` of its own, seeded alike,
  /// that decides once more, with probability 1, whenever it is to draw. This takes that number, and returns that `R`.
  RandomState& inner() {
    inner_.rand();
    return inner_;
  }

 private:
  RandomState inner_;
};

/// A transform that draws from a generator of its own.
class RandomTransform : public Transform {
 public:
  bool random() const final { return true; }

  /// Returns one sample, or several (RandCropByPosNegLabeld with num_samples). The numbers are MONAI's, in its order.
  virtual std::vector<Sample> applyRandom(Sample sample, RandomStream& random, const JobContext& context) const = 0;

  /// Without a generator a random transform cannot run; throws Internal.
  void apply(Sample& sample, const JobContext& context) const final;
};

/// A random transform that draws the parameters of a deterministic one, its twin, which then does the work on the image
/// of every key. `Twin` is an array transform (see above), made here of what was drawn.
template <class Twin>
class Randomized : public RandomTransform {
 public:
  std::vector<Sample> applyRandom(Sample sample, RandomStream& random, const JobContext& context) const final {
    const std::optional<Twin> twin = draw(random, keys_.first(sample));
    keys_.each(sample, context, [&](SampleImage& image) {
      if (twin) twin->apply(image, context);
    });
    std::vector<Sample> samples;
    samples.push_back(std::move(sample));
    return samples;
  }

 protected:
  explicit Randomized(const Args& args) : keys_(args) {}

  /// The twin for this time, or nothing when the images stay as they are. `first`: the image of the first key.
  virtual std::optional<Twin> draw(RandomStream& random, const SampleImage& first) const = 0;

 private:
  Keys keys_;
};

using TransformPointer = std::shared_ptr<const Transform>;

/// Makes one transform of a spec `{ "name": "Spacingd", "keys": […], … }`.
/// Throws InvalidInput for an unknown name (and lists the known ones), a missing, misspelt or mistyped argument.
TransformPointer makeTransform(const Json& spec);

}  // namespace mlabel
