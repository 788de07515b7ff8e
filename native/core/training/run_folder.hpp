// What a training leaves on disk: the run's folder, the published weights, the statistics.
#pragma once

#include <optional>
#include <string>

#include "networks/weights.hpp"
#include "runtime/json.hpp"
#include "training/train_options.hpp"

namespace mlabel {

/// Every file appears whole or not at all (temporary name, sync, rename). All throw Io.
class RunFolder {
 public:
  /// Makes the folder.
  explicit RunFolder(const TrainOptions& options);

  /// model.pt, then the published file, which a running server picks up at its next inference.
  void publish(const StateDict& weights) const;
  /// checkpoint_epoch=N.pt; older ones beyond the number kept are removed.
  void saveCheckpoint(int64_t epoch, const Checkpoint& checkpoint) const;
  /// checkpoint_final.pt
  void saveFinal(const Checkpoint& checkpoint) const;
  /// Paths of the checkpoints, the one that was written last first.
  std::vector<std::string> checkpoints() const;

  /// stats_<runId>.json and its copy at the stats path.
  void writeStats(const Json& stats) const;

 private:
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  std::string folder_;
  std::string runId_;
  std::string publishPath_;
  std::string statsPath_;
  int64_t checkpointsKept_;
};

}  // namespace mlabel
