// Whether an app's specs are right, without running anything: what the app is told when it starts.
#include "inferers/inferer.hpp"
#include "networks/network.hpp"
#include "operations/operation.hpp"
#include "training/objective.hpp"
#include "training/optimizer.hpp"
#include "training/schedule.hpp"
#include "transforms/pipeline.hpp"

namespace mlabel {
namespace {

/// Runs `make`; its errors say where.
template <class Make>
auto within(const std::string& place, const Make& make) {
  try {
    return make();
  } catch (const Error& error) {
    throw Error(error.code(), place + ": " + error.what());
  }
}

void checkTransforms(const std::string& field, const Json& specs, bool mayBeRandom) {
  for (size_t i = 0; specs.is_array() && i < specs.size(); ++i) {
    within(field + "[" + std::to_string(i) + "]", [&] { return makeTransform(specs[i]); });
  }
  const Pipeline whole = within(field, [&] { return Pipeline(specs); });
  if (!mayBeRandom && whole.random()) throw Error(ErrorCode::InvalidInput, field + ": must have no random transform");
}

/// Each field is a spec, or a list of transforms, and may be absent.
class CheckOperation : public SimpleOperation {
 public:
  explicit CheckOperation(const Json& options) : options_(options) {
    const Args args("check", options_);
    for (const char* field :
         {"network", "inferer", "validationInferer", "preTransforms", "postTransforms", "trainTransforms",
          "validationTransforms", "loss", "objective", "optimizer", "schedule"}) {
      args.has(field);
    }
    args.finish();
  }

  Lane lane() const override { return Lane::Files; }

  Json run(Runtime&, const JobContext&) override {
    std::shared_ptr<Network> network;
    if (has("network")) network = within("network", [&] { return makeNetwork(options_["network"]); });
    for (const char* field : {"inferer", "validationInferer"}) {
      if (has(field)) within(field, [&] { checkInferer(options_[field], network.get()); });
    }
    for (const char* field : {"preTransforms", "postTransforms", "validationTransforms", "trainTransforms"}) {
      if (has(field)) checkTransforms(field, options_[field], field == std::string("trainTransforms"));
    }
    if (has("loss")) within("loss", [&] { return makeLoss(options_["loss"]); });
    if (has("objective")) within("objective", [&] { return makeObjective(options_["objective"], nullptr); });
    if (has("optimizer")) within("optimizer", [&] { return makeOptimizer(options_["optimizer"], {}); });
    if (has("schedule")) within("schedule", [&] { return makeSchedule(options_["schedule"], {}); });
    return Json::object();
  }

 private:
  bool has(const char* field) const { return options_.contains(field) && !options_[field].is_null(); }

  static void checkInferer(const Json& spec, const Network* network) {
    const auto inferer = makeInferer(spec);
    if (network != nullptr) inferer->checkFor(*network);
  }

  Json options_;
};

}  // namespace

std::unique_ptr<Operation> makeCheckOperation(const Json& options) { return std::make_unique<CheckOperation>(options); }

}  // namespace mlabel
