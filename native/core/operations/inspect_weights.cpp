// Proves that a weight file loads, and fits its network where one is given, without executing anything in it.
#include <ATen/core/Tensor.h>

#include "networks/weights.hpp"
#include "operations/operation.hpp"

namespace mlabel {
namespace {

class InspectWeightsOperation : public SimpleOperation {
 public:
  explicit InspectWeightsOperation(const Json& options) {
    const Args args("inspectWeights", options);
    path_ = args.require<std::string>("path");
    network_ = args.get<Json>("network", nullptr);
    args.finish();
  }

  Lane lane() const override { return Lane::Files; }

  Json run(Runtime&, const JobContext& context) override {
    const StateDict weights = readStateDict(path_, context);
    if (!network_.is_null()) loadStateDict(*makeNetwork(network_), weights, /*strict=*/true);
    int64_t parameters = 0;
    for (const auto& [name, tensor] : weights) parameters += tensor.numel();
    return {{"tensors", weights.size()}, {"parameters", parameters}};
  }

 private:
  std::string path_;
  Json network_;
};

}  // namespace

std::unique_ptr<Operation> makeInspectWeightsOperation(const Json& options) {
  return std::make_unique<InspectWeightsOperation>(options);
}

}  // namespace mlabel
