// What every dictionary transform is. To add one: a file beside this one and a line in list.inc.
#pragma once

#include <memory>
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

/// Draws its parameters from a generator of its own, then does what the deterministic twin does.
class RandomTransform : public Transform {
 public:
  bool random() const override { return true; }

  /// Draws with `state` and returns one sample, or several (RandCropByPosNegLabeld with num_samples).
  /// The stream of numbers is MONAI's (monai-core 2.6). `innerState` is the second stream of the transforms that hide
  /// another one inside (RandShiftIntensityd, RandScaleIntensityd); both were seeded alike.
  virtual std::vector<Sample> applyRandom(Sample sample, RandomState& state, RandomState& innerState,
                                          const JobContext& context) const = 0;

  /// Without a generator a random transform cannot run; throws Internal.
  void apply(Sample& sample, const JobContext& context) const final;
};

using TransformPointer = std::shared_ptr<const Transform>;

/// Makes one transform of a spec `{ "name": "Spacingd", "keys": […], … }`.
/// Throws InvalidInput for an unknown name (and lists the known ones), a missing, misspelt or mistyped argument.
TransformPointer makeTransform(const Json& spec);

}  // namespace mlabel
