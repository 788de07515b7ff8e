// Proves that a weight file loads, without a network and without executing anything in it.
#include <ATen/core/Tensor.h>

#include "networks/weights.hpp"
#include "operations/operation.hpp"

namespace mlabel {
namespace {

class InspectWeightsOperation : public Operation {
 public:
  explicit InspectWeightsOperation(const Json& options) {
    const Args args("inspectWeights", options);
    path_ = args.require<std::string>("path");
    args.finish();
  }

  Lane lane() const override { return Lane::Files; }

  Json run(Runtime&, const JobContext& context) override {
    const StateDict weights = readStateDict(path_, context);
    int64_t parameters = 0;
    for (const auto& [name, tensor] : weights) parameters += tensor.numel();
    return {{"tensors", weights.size()}, {"parameters", parameters}};
  }

 private:
  std::string path_;
};

}  // namespace

std::unique_ptr<Operation> makeInspectWeightsOperation(const Json& options) {
  return std::make_unique<InspectWeightsOperation>(options);
}

}  // namespace mlabel
