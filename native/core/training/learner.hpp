// What a run trains and what changes it: the network, the objective, the optimizer with its schedule, the average of
// the weights.
#pragma once

#include <ATen/core/Generator.h>
#include <c10/core/Device.h>

#include <functional>
#include <memory>
#include <optional>

#include "networks/weights.hpp"
#include "training/batch_loader.hpp"
#include "training/schedule.hpp"
#include "training/train_options.hpp"
#include "training/training_state.hpp"
#include "training/training_step.hpp"
#include "training/weight_average.hpp"

namespace mlabel {

class Learner {
 public:
  using Tell = std::function<void(const std::string&)>;

  /// First weights are drawn from `seed`, then `options.initialWeights` read where they are given. `options` must
  /// outlive this.
  Learner(const TrainOptions& options, uint64_t seed, c10::Device device, const JobContext& context);

  /// Labels are numbers below this.
  int64_t classes() const;

  /// What is validated and published: the average of the weights where one is kept, else what learns.
  const std::shared_ptr<Network>& result() const { return average_ ? average_->network() : network_; }

  /// The weights of `result`, on the CPU. Throws InvalidInput where they are no finite numbers, which inference would
  /// refuse.
  StateDict resultWeights() const;

  /// The rest of the epoch in which `state` is. After each update of the weights `state` is a place to go on from, also
  /// where this throws: what the batches since the last update have changed is put back. Throws as TrainingStep::run
  /// and BatchLoader::next.
  void learnEpoch(BatchLoader& loader, TrainingState& state, const JobContext& context);

  /// At the end of an epoch: the value of the metric that decides, for the schedule.
  void observe(double metric) { schedule_->observe(metric); }

  /// Of the update that comes after `state`.
  double learningRate(const TrainingState& state) const;

  /// `state` and all that belongs to it.
  Checkpoint checkpoint(const TrainingState& state) const;

  /// Goes on where `checkpoint` was. What it lacks, or has of another recipe, begins anew, and `tell` gets a sentence
  /// on it. Throws InvalidFile where it belongs to another network or optimizer, or is not one of a training of ours.
  TrainingState restore(const Checkpoint& checkpoint, const Tell& tell);

 private:
  void learnBatch(TrainingStep& step, const Batch& batch, UpdatePart part, TrainingState& state,
                  const JobContext& context);
  void restoreSchedule(const Args& values, const Tell& tell);
  void restoreAverage(const Checkpoint& checkpoint, const Args& values, const Tell& tell);

  const TrainOptions& options_;
  c10::Device device_;
  at::Generator dropout_;
  std::shared_ptr<Network> network_;
  std::unique_ptr<Objective> objective_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<Schedule> schedule_;
  std::optional<WeightAverage> average_;
};

}  // namespace mlabel
