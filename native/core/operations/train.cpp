// Trains a network on labelled cases.
#include "operations/operation.hpp"
#include "training/trainer.hpp"

namespace mlabel {
namespace {

class TrainOperation : public SimpleOperation {
 public:
  explicit TrainOperation(const Json& json) : TrainOperation(parseTrainOptions(json)) {}

  Lane lane() const override { return Lane::Training; }
  std::string device() const override { return device_; }
  Json run(Runtime&, const JobContext& context) override { return trainer_.run(context); }

 private:
  explicit TrainOperation(TrainOptions options) : device_(options.device), trainer_(std::move(options)) {}

  std::string device_;
  Trainer trainer_;
};

}  // namespace

std::unique_ptr<Operation> makeTrainOperation(const Json& options) { return std::make_unique<TrainOperation>(options); }

}  // namespace mlabel
