// How well a network does on the validation cases: MONAI's SupervisedEvaluator.
#pragma once

#include <c10/core/Device.h>

#include <memory>
#include <optional>

#include "inferers/inferer.hpp"
#include "networks/network.hpp"
#include "training/case_cache.hpp"
#include "training/metrics.hpp"

namespace mlabel {

class Validation {
 public:
  /// `cases` and `pipeline` must outlive this. The pipeline must not be random.
  Validation(const std::vector<TrainCase>& cases, const Pipeline& pipeline, const Json& inferer,
             CaseCache::Options cache);

  /// The metrics of `network` (in evaluation mode, float32) on the prepared cases' own grid. Cases that cannot be used
  /// are left out; nothing where none is left. Leaves the network in training mode. Throws Cancelled, between windows.
  std::optional<Metrics> run(const std::shared_ptr<Network>& network, c10::Device device, const JobContext& context);

 private:
  CaseCache cache_;
  int64_t classes_;
  std::unique_ptr<Inferer> inferer_;
};

}  // namespace mlabel
