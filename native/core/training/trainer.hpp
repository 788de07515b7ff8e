// A whole training: MONAI's SupervisedTrainer and SupervisedEvaluator with MONAI Label's files (apps-and-tasks 4).
#pragma once

#include "runtime/job.hpp"
#include "training/train_options.hpp"
#include "transforms/pipeline.hpp"

namespace mlabel {

class Trainer {
 public:
  /// Checks the specs that can be checked without making a network. Throws InvalidInput.
  explicit Trainer(TrainOptions options);

  /// Trains to the end, to early stopping or to the stop flag; runs on the device's training thread.
  ///
  /// Reports a line for a person and the statistics after each epoch. The best weights are published as soon as they are
  /// found: best by mean Dice on the validation cases, on the training batches where there are none. Weights that the run
  /// starts from are validated first, and only better ones replace them.
  ///
  /// Returns the statistics. Throws Cancelled within one step of the stop flag; what failed otherwise. Either way
  /// checkpoint_final.pt (from which a run resumes) and the statistics are written before, and the memory is given back.
  Json run(const JobContext& context);

 private:
  TrainOptions options_;
  Pipeline trainPipeline_;
  Pipeline validationPipeline_;
};

}  // namespace mlabel
