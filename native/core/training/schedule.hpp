// How the learning rate changes in the course of a run. To add one: a file beside this one, a line in schedules.inc and
// a builder in lib/pipeline/schedules.ts.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "runtime/json.hpp"

namespace mlabel {

/// What a schedule starts from, and how long it has.
struct ScheduleRun {
  /// The optimizer's.
  double learningRate = 0;
  int64_t epochs = 1;
  /// Of the weights, in an epoch.
  int64_t updatesPerEpoch = 1;
};

/// Where in a run an update of the weights is.
struct SchedulePlace {
  /// Epochs that are complete.
  int64_t epoch = 0;
  /// Updates that were made, from the beginning of the run.
  int64_t updates = 0;
};

class Schedule {
 public:
  virtual ~Schedule() = default;

  /// Of the update that comes next.
  virtual double learningRate(const SchedulePlace& place) const = 0;

  /// Told at the end of each epoch that has a value of the metric that decides: the mean Dice of the validation, of the
  /// training where nothing is validated.
  virtual void observe(double /*meanDice*/) {}

  /// What a resumed run needs besides its place, by name.
  virtual std::map<std::string, double> state() const { return {}; }
  /// What `state` of an equal schedule gave.
  virtual void restore(const std::map<std::string, double>& /*state*/) {}
};

/// `{ "name": "StepLR", "step_size": 10 }` with PyTorch's and MONAI's arguments; null for a rate that stays. Throws
/// InvalidInput for an unknown name, or a missing, misspelt, mistyped or out-of-range argument.
std::unique_ptr<Schedule> makeSchedule(const Json& spec, const ScheduleRun& run);

}  // namespace mlabel
