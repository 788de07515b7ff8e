#include "training/training_state.hpp"

#include <ATen/ATen.h>

#include <map>

namespace mlabel {
namespace {

const std::string weightsPrefix = "weights/";
const std::string optimizerPrefix = "optimizer/";
const std::string progressPrefix = "progress/";

/// Numbers are float64 scalars: exact for everything counted here.
class Progress {
 public:
  explicit Progress(const StateDict& file) {
    for (const auto& [name, tensor] : file) {
      if (name.starts_with(progressPrefix) && tensor.numel() == 1) {
        values_[name.substr(progressPrefix.size())] = tensor.item<double>();
      }
    }
  }
  bool has(const std::string& name) const { return values_.contains(name); }
  double number(const std::string& name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) throw Error(ErrorCode::InvalidFile, "the training state has no " + name);
    return found->second;
  }
  int64_t count(const std::string& name) const { return static_cast<int64_t>(number(name)); }

 private:
  std::map<std::string, double> values_;
};

/// The tensors under a prefix, without it, in the order of the file.
StateDict under(const StateDict& file, const std::string& prefix) {
  StateDict part;
  for (const auto& [name, tensor] : file) {
    if (name.starts_with(prefix)) part.emplace_back(name.substr(prefix.size()), tensor);
  }
  return part;
}

}  // namespace

StateDict packTrainingState(const TrainingState& state, const StateDict& weights, const Optimizer& optimizer) {
  StateDict file;
  for (const auto& [name, tensor] : weights) file.emplace_back(weightsPrefix + name, tensor);
  size_t index = 0;
  for (const at::Tensor& tensor : optimizer.state()) {
    file.emplace_back(optimizerPrefix + std::to_string(index++), tensor.cpu());
  }
  const auto put = [&file](const std::string& name, double value) {
    file.emplace_back(progressPrefix + name, at::scalar_tensor(value, at::kDouble));
  };
  // A seed has up to 53 bits (train_options), so that a double holds it.
  put("seed", static_cast<double>(state.seed));
  put("epoch", static_cast<double>(state.epoch));
  put("step", static_cast<double>(state.step));
  put("loss_sum", state.lossSum);
  put("dice_sum", state.trainDice.sum());
  put("dice_count", static_cast<double>(state.trainDice.count()));
  put("best_train", state.bestTrain.value);
  put("best_train_epoch", static_cast<double>(state.bestTrain.epoch));
  if (state.bestValidation) {
    put("best_validation", state.bestValidation->value);
    put("best_validation_epoch", static_cast<double>(state.bestValidation->epoch));
  }
  put("validations_without_better", static_cast<double>(state.validationsWithoutBetter));
  return file;
}

TrainingState unpackTrainingState(const StateDict& file, Network& network, Optimizer& optimizer) {
  loadStateDict(network, under(file, weightsPrefix), /*strict=*/true);
  std::vector<at::Tensor> moments;
  for (const auto& [name, tensor] : under(file, optimizerPrefix)) moments.push_back(tensor);
  optimizer.loadState(moments);

  const Progress progress(file);
  TrainingState state;
  state.seed = static_cast<uint64_t>(progress.number("seed"));
  state.epoch = progress.count("epoch");
  state.step = progress.count("step");
  state.lossSum = progress.number("loss_sum");
  state.trainDice.restore(progress.number("dice_sum"), progress.count("dice_count"));
  state.bestTrain = {progress.number("best_train"), progress.count("best_train_epoch")};
  if (progress.has("best_validation")) {
    state.bestValidation = {progress.number("best_validation"), progress.count("best_validation_epoch")};
  }
  state.validationsWithoutBetter = progress.count("validations_without_better");
  return state;
}

}  // namespace mlabel
