#include "training/trainer.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <chrono>
#include <cstdio>
#include <ctime>

#include "runtime/device.hpp"
#include "training/run_folder.hpp"
#include "training/seeds.hpp"
#include "training/training_state.hpp"
#include "training/training_step.hpp"
#include "training/validation.hpp"

namespace mlabel {
namespace {

std::string threeDigits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

double secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

uint64_t seedFromClock() {
  return static_cast<uint64_t>(std::chrono::system_clock::now().time_since_epoch().count()) >> 11;
}

/// A generator of random numbers on the device that nobody else draws from.
at::Generator generatorOf(c10::Device device) {
  if (device.is_cpu()) return at::make_generator<at::CPUGeneratorImpl>();
  return at::globalContext().getAcceleratorHooksInterface(device.type()).getNewGenerator(device.index());
}

/// One run: what it holds while it lasts.
class TrainingRun {
 public:
  TrainingRun(const TrainOptions& options, const Pipeline& trainPipeline, const Pipeline& validationPipeline,
              c10::Device device, const JobContext& context)
      : options_(options),
        trainPipeline_(trainPipeline),
        device_(device),
        context_(context),
        folder_(options),
        loss_(makeLoss(options.loss)),
        dropout_(generatorOf(device)) {
    state_.seed = options.seed ? static_cast<uint64_t>(*options.seed) : seedFromClock();
    network_ = makeNetwork(options.network, at::make_generator<at::CPUGeneratorImpl>(state_.seed));
    network_->to(device_);
    network_->drawFrom(dropout_);
    if (!options.initialWeights.empty()) {
      loadStateDict(*network_, readStateDict(options.initialWeights, context), /*strict=*/true);
    }
    optimizer_ = makeOptimizer(options.optimizer, network_->parameters());
    resume();
    prepareCases(validationPipeline);
  }

  Json train() {
    const int64_t cases = static_cast<int64_t>(options_.trainCases.size());
    report("training on " + std::to_string(cases) + " and validating on " +
           std::to_string(options_.validationCases.size()) + " cases, " + std::to_string(options_.maxEpochs) +
           " epochs, on " + options_.device);
    beginEpochAgain((cases + options_.trainBatchSize - 1) / options_.trainBatchSize);
    BatchLoader loader(*cache_, trainPipeline_,
                       {.batchSize = options_.trainBatchSize,
                        .seed = state_.seed,
                        .threads = options_.dataThreads,
                        .firstEpoch = state_.epoch,
                        .firstStep = state_.step,
                        .lastEpoch = options_.maxEpochs},
                       context_);
    stats_.totalEpochs = options_.maxEpochs;
    stats_.iterationsPerEpoch = loader.batchesPerEpoch();
    stats_.start = std::time(nullptr);
    try {
      validateStart();
      network_->train();
      while (state_.epoch < options_.maxEpochs && !patienceIsOver()) epoch(loader);
    } catch (...) {
      saveWhatIsThere();
      throw;
    }
    return end();
  }

 private:
  void resume() {
    if (!options_.resume) return;
    const std::vector<std::string> checkpoints = folder_.checkpoints();
    if (checkpoints.empty())
      return report("there is nothing to resume in the run's folder; starting from the beginning");
    for (const std::string& path : checkpoints) {
      try {
        state_ = unpackCheckpoint(readCheckpoint(path), *network_, *optimizer_);
        return report("resuming after " + std::to_string(state_.epoch) + " epochs");
      } catch (const Error& error) {
        // Cut by a full disk, say, or of weights that are no numbers any more: an older one may do.
        if (error.code() != ErrorCode::InvalidFile || path == checkpoints.back()) throw;
        report(path + " is passed over: " + error.what());
      }
    }
  }

  /// An epoch that was interrupted goes on only where its steps are the same.
  void beginEpochAgain(int64_t stepsPerEpoch) {
    if (state_.step > 0 && state_.stepsPerEpoch != stepsPerEpoch) {
      report("the interrupted epoch begins anew: it has " + std::to_string(stepsPerEpoch) + " steps now");
      state_.step = 0;
      state_.lossSum = 0;
      state_.trainDice = {};
    }
    state_.stepsPerEpoch = stepsPerEpoch;
  }

  void prepareCases(const Pipeline& validationPipeline) {
    const auto trainCases = static_cast<int64_t>(options_.trainCases.size());
    const auto validationCases = static_cast<int64_t>(options_.validationCases.size());
    const int64_t classes = std::max<int64_t>(network_->outChannels(), 2);
    const int64_t trainBytes = options_.cacheBytes / (trainCases + validationCases) * trainCases;
    cache_ = std::make_unique<CaseCache>(
        options_.trainCases, trainPipeline_,
        CaseCache::Options{.maxBytes = trainBytes, .compact = options_.cacheFloat16, .classes = classes});
    if (validationCases == 0) return;
    validation_ = std::make_unique<Validation>(options_.validationCases, validationPipeline, options_.validationInferer,
                                               CaseCache::Options{.maxBytes = options_.cacheBytes - trainBytes,
                                                                  .compact = options_.cacheFloat16,
                                                                  .classes = classes,
                                                                  .mayBeEmpty = true});
  }

  /// What the run starts from and what is published now set the mark for what may replace them.
  void validateStart() {
    if (!validation_ || state_.bestValidation) return;
    if (!options_.initialWeights.empty()) setMark(network_, "the weights to start from");
    if (!validation_ || options_.publishPath == options_.initialWeights) return;
    if (const auto published = publishedNetwork()) setMark(published, "the published weights");
  }

  void setMark(const std::shared_ptr<Network>& network, const std::string& weights) {
    const std::optional<double> found = validate(network);
    if (!found) return;
    const double dice = *found;
    if (!state_.bestValidation) state_.bestValidation.emplace();
    state_.bestValidation->offer(dice, 0);
    report(weights + " have a validation dice of " + threeDigits(dice));
  }

  /// Nothing where no validation case is left: the training metric decides from then on.
  std::optional<double> validate(const std::shared_ptr<Network>& network) {
    const std::optional<double> dice = validation_->meanDice(network, device_, context_);
    if (dice) return dice;
    report("no validation case can be used; the dice of the training cases decides what is published");
    validation_.reset();
    return std::nullopt;
  }

  /// Null when nothing is published, or what is cannot be used by this network: then anything is better.
  std::shared_ptr<Network> publishedNetwork() const {
    try {
      const StateDict weights = readStateDict(options_.publishPath, context_);
      const std::shared_ptr<Network> network = makeNetwork(options_.network);
      loadStateDict(*network, weights, /*strict=*/true);
      network->to(device_);
      return network;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::Cancelled) throw;
      if (error.code() != ErrorCode::NotFound)
        report("the published weights do not count: " + std::string(error.what()));
      return nullptr;
    }
  }

  void epoch(BatchLoader& loader) {
    const auto start = std::chrono::steady_clock::now();
    const int64_t classes = std::max<int64_t>(network_->outChannels(), 2);
    TrainingStep step(network_, *loss_, *optimizer_, device_);
    while (state_.step < loader.batchesPerEpoch()) {
      const Batch batch = loader.next(context_);
      // Dropout masks follow from the place in the run, so that a resumed run draws the same ones.
      dropout_.set_current_seed(deriveSeed(state_.seed, {state_.epoch, state_.step, 0}));
      const TrainingStep::Result result = step.run(batch, context_);
      state_.lossSum += result.loss;
      for (int64_t i = 0; i < result.logits.size(0); ++i) {
        state_.trainDice.add(predictedClasses(result.logits[i]), result.labels[i][0], classes);
      }
      ++state_.step;
    }
    endEpoch(static_cast<double>(loader.batchesPerEpoch()), start);
  }

  void endEpoch(double steps, std::chrono::steady_clock::time_point start) {
    const double trainDice = state_.trainDice.value();
    const double meanLoss = state_.lossSum / steps;
    const int64_t epoch = state_.epoch + 1;
    std::optional<double> validationDice;
    if (validation_ && (epoch % options_.validationInterval == 0 || epoch == options_.maxEpochs)) {
      validationDice = validate(network_);
    }
    const bool better = judge(epoch, trainDice, validationDice);
    state_.epoch = epoch;
    state_.step = 0;
    state_.lossSum = 0;
    state_.trainDice = {};

    stats_.trainMetrics = {{"train_loss", meanLoss}, {"train_mean_dice", trainDice}};
    stats_.history.push_back({{"epoch", epoch}, {"train_loss", meanLoss}, {"train_mean_dice", trainDice}});
    if (validationDice) {
      stats_.validationMetrics = {{"val_mean_dice", *validationDice}};
      stats_.history.back()["val_mean_dice"] = *validationDice;
    }
    if (better) folder_.publish(finiteWeights());
    if (epoch % options_.checkpointInterval == 0) folder_.saveCheckpoint(epoch, checkpoint());
    const Json stats = writeStats(/*ended=*/false);
    std::string line = "epoch " + std::to_string(epoch) + "/" + std::to_string(options_.maxEpochs) + ": loss " +
                       threeDigits(meanLoss) + ", training dice " + threeDigits(trainDice);
    if (validationDice) line += ", validation dice " + threeDigits(*validationDice);
    line += better ? ", the best so far, published" : "";
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, " (%.1f s)", secondsSince(start));
    context_.report({{"message", line + seconds}, {"stats", stats}});
  }

  /// True when the weights are the best so far by the metric that decides.
  bool judge(int64_t epoch, double trainDice, std::optional<double> validationDice) {
    const bool betterTrain = state_.bestTrain.offer(trainDice, epoch);
    if (!validation_) return betterTrain;
    if (!validationDice) return false;
    if (!state_.bestValidation) state_.bestValidation.emplace();
    const bool better = state_.bestValidation->offer(*validationDice, epoch);
    state_.validationsWithoutBetter = better ? 0 : state_.validationsWithoutBetter + 1;
    return better;
  }

  bool patienceIsOver() const {
    return options_.earlyStopPatience > 0 && state_.validationsWithoutBetter >= options_.earlyStopPatience;
  }

  /// After a failure, which is what the caller must hear, also where this fails too.
  void saveWhatIsThere() {
    try {
      end();
    } catch (const std::exception& error) {
      report("the state of the run could not be saved: " + std::string(error.what()));
    }
  }

  Json end() {
    folder_.saveFinal(checkpoint());
    return writeStats(/*ended=*/true);
  }

  Json writeStats(bool ended) {
    stats_.epoch = state_.epoch;
    stats_.bestTrain = state_.bestTrain;
    stats_.bestValidation = state_.bestValidation;
    Json stats = stats_.json(std::time(nullptr), ended);
    folder_.writeStats(stats);
    return stats;
  }

  StateDict weights() const {
    StateDict weights = stateDict(*network_);
    for (auto& [name, tensor] : weights) tensor = tensor.detach().cpu();
    return weights;
  }

  /// Inference would refuse others.
  StateDict finiteWeights() const {
    StateDict all = weights();
    for (const auto& [name, tensor] : all) {
      if (tensor.isfinite().all().item<bool>()) continue;
      throw Error(ErrorCode::InvalidInput, "the weights are no finite numbers any more; lower the optimizer's lr");
    }
    return all;
  }

  Checkpoint checkpoint() const { return packCheckpoint(state_, weights(), *optimizer_); }

  void report(const std::string& message) const { context_.report({{"message", message}}); }

  const TrainOptions& options_;
  const Pipeline& trainPipeline_;
  const c10::Device device_;
  const JobContext& context_;
  const RunFolder folder_;
  const std::unique_ptr<Loss> loss_;
  at::Generator dropout_;
  std::shared_ptr<Network> network_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<CaseCache> cache_;
  std::unique_ptr<Validation> validation_;
  TrainStats stats_;
  TrainingState state_;
};

/// Gives an accelerator's memory back once the run is gone; the runtime does so for the CPU's when no job is left.
struct MemoryGivenBack {
  c10::Device device;
  ~MemoryGivenBack() {
    try {
      releaseCachedMemory(device);
    } catch (const std::exception&) {
      // A device that is broken must not hide the error that broke it.
    }
  }
};

}  // namespace

Trainer::Trainer(TrainOptions options)
    : options_(std::move(options)),
      trainPipeline_(options_.trainTransforms),
      validationPipeline_(options_.validationTransforms) {
  makeLoss(options_.loss);
  makeInferer(options_.validationInferer);
  if (validationPipeline_.random()) {
    throw Error(ErrorCode::InvalidInput, "train: validationTransforms must not have random transforms");
  }
}

Json Trainer::run(const JobContext& context) {
  const c10::Device device = parseDevice(options_.device);
  const MemoryGivenBack memory{device};
  return TrainingRun(options_, trainPipeline_, validationPipeline_, device, context).train();
}

}  // namespace mlabel
