#include "training/trainer.hpp"

#include <ATen/ATen.h>

#include <chrono>
#include <cstdio>
#include <ctime>

#include "runtime/device.hpp"
#include "training/learner.hpp"
#include "training/run_folder.hpp"
#include "training/validation.hpp"

namespace mlabel {
namespace {

std::string formatted(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string threeDigits(double value) { return formatted("%.3f", value); }

uint64_t seedFromClock() {
  return static_cast<uint64_t>(std::chrono::system_clock::now().time_since_epoch().count()) >> 11;
}

/// One run: what it holds while it lasts.
class TrainingRun {
 public:
  TrainingRun(const TrainOptions& options, const Pipeline& trainPipeline, const Pipeline& validationPipeline,
              c10::Device device, const JobContext& context)
      : options_(options), trainPipeline_(trainPipeline), device_(device), context_(context), folder_(options) {
    state_.seed = options.seed ? static_cast<uint64_t>(*options.seed) : seedFromClock();
    learner_ = std::make_unique<Learner>(options, state_.seed, device, context);
    resume();
    prepareCases(validationPipeline);
  }

  Json train() {
    const int64_t cases = static_cast<int64_t>(options_.trainCases.size());
    report("training on " + std::to_string(cases) + " and validating on " +
           std::to_string(options_.validationCases.size()) + " cases, " + std::to_string(options_.maxEpochs) +
           " epochs, on " + options_.device);
    beginEpochAgain(options_.stepsPerEpoch());
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
        std::string changes;
        state_ = learner_->restore(readCheckpoint(path), [&](const std::string& change) { changes += "; " + change; });
        return report("resuming after " + std::to_string(state_.epoch) + " epochs" + changes);
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
      beginEpoch();
    }
    state_.stepsPerEpoch = stepsPerEpoch;
  }

  void prepareCases(const Pipeline& validationPipeline) {
    const auto trainCases = static_cast<int64_t>(options_.trainCases.size());
    const auto validationCases = static_cast<int64_t>(options_.validationCases.size());
    const int64_t classes = learner_->classes();
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
    if (!options_.initialWeights.empty()) setMark(learner_->result(), "the weights to start from");
    if (!validation_ || options_.publishPath == options_.initialWeights) return;
    if (const auto published = publishedNetwork()) setMark(published, "the published weights");
  }

  void setMark(const std::shared_ptr<Network>& network, const std::string& weights) {
    const std::optional<Metrics> found = validate(network);
    if (!found) return;
    const double dice = found->mean();
    if (!state_.bestValidation) state_.bestValidation.emplace();
    state_.bestValidation->offer(dice, 0);
    report(weights + " have a validation dice of " + threeDigits(dice));
  }

  /// Nothing where no validation case is left: the training metric decides from then on.
  std::optional<Metrics> validate(const std::shared_ptr<Network>& network) {
    std::optional<Metrics> metrics = validation_->run(network, device_, context_);
    if (metrics) return metrics;
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
    const double learningRate = learner_->learningRate(state_);
    learner_->learnEpoch(loader, state_, context_);

    const Scores trained = trainScores();
    const int64_t epoch = state_.epoch + 1;
    std::optional<Metrics> validated;
    if (validation_ && (epoch % options_.validationInterval == 0 || epoch == options_.maxEpochs)) {
      validated = validate(learner_->result());
    }
    const bool better = judge(epoch, state_.trainMetrics.mean(), validated);
    state_.epoch = epoch;
    beginEpoch();

    note(trained, validated);
    if (better) folder_.publish(learner_->resultWeights());
    if (epoch % options_.checkpointInterval == 0) folder_.saveCheckpoint(epoch, learner_->checkpoint(state_));
    const Json stats = writeStats(/*ended=*/false);
    std::string line = "epoch " + std::to_string(epoch) + "/" + std::to_string(options_.maxEpochs) + ": loss " +
                       threeDigits(trained.at("train_loss")) + ", training dice " +
                       threeDigits(trained.at("train_mean_dice"));
    if (validated) line += ", validation dice " + threeDigits(validated->mean());
    if (!options_.schedule.is_null()) line += ", learning rate " + formatted("%.2e", learningRate);
    line += better ? ", the best so far, published" : "";
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    context_.report({{"message", line + formatted(" (%.1f s)", seconds.count())}, {"stats", stats}});
  }

  void beginEpoch() {
    state_.step = 0;
    state_.lossSum = 0;
    state_.trainMetrics = {};
  }

  Scores trainScores() const {
    Scores scores = state_.trainMetrics.scores("train_");
    scores["train_loss"] = state_.lossSum / static_cast<double>(state_.step);
    return scores;
  }

  /// The scores of an epoch go into the statistics.
  void note(const Scores& trained, const std::optional<Metrics>& validated) {
    stats_.trainMetrics = trained;
    // Those of each label would make a long run of a model with many of them megabytes.
    Json entry = {{"epoch", state_.epoch}};
    for (const char* name : {"train_loss", "train_mean_dice"}) entry[name] = trained.at(name);
    if (validated) {
      stats_.validationMetrics = validated->scores("val_");
      entry["val_mean_dice"] = stats_.validationMetrics.at("val_mean_dice");
    }
    stats_.history.push_back(std::move(entry));
  }

  /// True when the weights are the best so far by the metric that decides.
  bool judge(int64_t epoch, double trainDice, const std::optional<Metrics>& validated) {
    const bool betterTrain = state_.bestTrain.offer(trainDice, epoch);
    if (!validation_) {
      learner_->observe(trainDice);
      return betterTrain;
    }
    if (!validated) return false;
    learner_->observe(validated->mean());
    if (!state_.bestValidation) state_.bestValidation.emplace();
    const bool better = state_.bestValidation->offer(validated->mean(), epoch);
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
    folder_.saveFinal(learner_->checkpoint(state_));
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

  void report(const std::string& message) const { context_.report({{"message", message}}); }

  const TrainOptions& options_;
  const Pipeline& trainPipeline_;
  const c10::Device device_;
  const JobContext& context_;
  const RunFolder folder_;
  std::unique_ptr<Learner> learner_;
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
  makeObjective(options_.objective, makeLoss(options_.loss));
  makeSchedule(options_.schedule, {});
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
