#include "training/learner.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>

#include "labels/class_map.hpp"
#include "training/seeds.hpp"

namespace mlabel {
namespace {

/// What a step's random numbers are for (seeds.hpp).
enum class Draws { Dropout, Objective };

/// A generator of random numbers on the device that nobody else draws from.
at::Generator generatorOf(c10::Device device) {
  if (device.is_cpu()) return at::make_generator<at::CPUGeneratorImpl>();
  return at::globalContext().getAcceleratorHooksInterface(device.type()).getNewGenerator(device.index());
}

StateDict onCpu(const Network& network) {
  StateDict weights = stateDict(network);
  for (auto& [name, tensor] : weights) tensor = tensor.detach().cpu();
  return weights;
}

ScheduleRun runOf(const TrainOptions& options, double learningRate) {
  const int64_t updates = (options.stepsPerEpoch() + options.accumulate - 1) / options.accumulate;
  return {.learningRate = learningRate, .epochs = options.maxEpochs, .updatesPerEpoch = updates};
}

uint32_t seedOf(const TrainingState& state, Draws draws) {
  return deriveSeed(state.seed, {state.epoch, state.step, static_cast<int64_t>(draws)});
}

/// What the state of a schedule is called in a checkpoint.
std::string scheduleKey(const Json& spec, const std::string& name) {
  return spec.at("name").get<std::string>() + "_" + name;
}

}  // namespace

Learner::Learner(const TrainOptions& options, uint64_t seed, c10::Device device, const JobContext& context)
    : options_(options),
      device_(device),
      dropout_(generatorOf(device)),
      network_(makeNetwork(options.network, at::make_generator<at::CPUGeneratorImpl>(seed))),
      objective_(makeObjective(options.objective, makeLoss(options.loss))) {
  if (options.precision == Precision::BFloat16 && !supportsBFloat16(device)) {
    throw Error(ErrorCode::Unsupported, device.str() +
                                            " does not learn in bfloat16: that takes a GPU of compute capability 8 "
                                            "(Ampere) or a processor with AVX-512");
  }
  network_->to(device_);
  network_->drawFrom(dropout_);
  if (!options.initialWeights.empty()) {
    loadStateDict(*network_, readStateDict(options.initialWeights, context), /*strict=*/true);
  }
  optimizer_ = makeOptimizer(options.optimizer, network_->parameters());
  schedule_ = makeSchedule(options.schedule, runOf(options, optimizer_->learningRate()));
  if (!options.emaDecay) return;
  const std::shared_ptr<Network> average = makeNetwork(options.network);
  average->to(device_);
  loadStateDict(*average, stateDict(*network_), /*strict=*/true);
  average_.emplace(average, *options.emaDecay);
}

int64_t Learner::classes() const { return std::max<int64_t>(network_->outChannels(), 2); }

StateDict Learner::resultWeights() const {
  StateDict weights = onCpu(*result());
  for (const auto& [name, tensor] : weights) {
    if (tensor.isfinite().all().item<bool>()) continue;
    throw Error(ErrorCode::InvalidInput, "the weights are no finite numbers any more; lower the optimizer's lr");
  }
  return weights;
}

void Learner::learnEpoch(BatchLoader& loader, TrainingState& state, const JobContext& context) {
  network_->train();
  TrainingStep step(network_, *objective_, *optimizer_, device_, options_.clipping);
  const int64_t steps = loader.batchesPerEpoch();
  while (state.step < steps) {
    TrainingState after = state;
    const int64_t parts = std::min(options_.accumulate, steps - state.step);
    optimizer_->setLearningRate(learningRate(state));
    for (int64_t part = 0; part < parts; ++part) learnBatch(step, loader.next(context), {part, parts}, after, context);
    if (average_) average_->update(*network_);
    ++after.updates;
    state = std::move(after);
  }
}

void Learner::learnBatch(TrainingStep& step, const Batch& batch, UpdatePart part, TrainingState& state,
                         const JobContext& context) {
  dropout_.set_current_seed(seedOf(state, Draws::Dropout));
  const TrainingStep::Result result =
      step.run(batch, {context, seedOf(state, Draws::Objective), options_.precision}, part);
  state.lossSum += result.loss;
  for (int64_t i = 0; i < result.logits.size(0); ++i) {
    state.trainMetrics.add(classMap(result.logits[i]), labelMap(result.labels[i]), classes());
  }
  ++state.step;
}

double Learner::learningRate(const TrainingState& state) const {
  return schedule_->learningRate({.epoch = state.epoch, .updates = state.updates});
}

Checkpoint Learner::checkpoint(const TrainingState& state) const {
  StateDict moments;
  for (const at::Tensor& tensor : optimizer_->state())
    moments.emplace_back(std::to_string(moments.size()), tensor.cpu());
  Checkpoint checkpoint{{{"model", onCpu(*network_)}, {"optimizer", moments}}, packState(state)};
  if (average_) {
    checkpoint.parts.emplace_back("average", onCpu(*average_->network()));
    checkpoint.values["average_updates"] = average_->updates();
  }
  if (!options_.schedule.is_null()) checkpoint.values["schedule"] = options_.schedule.dump();
  for (const auto& [name, value] : schedule_->state()) checkpoint.values[scheduleKey(options_.schedule, name)] = value;
  return checkpoint;
}

TrainingState Learner::restore(const Checkpoint& checkpoint, const Tell& tell) {
  const TrainingState state = unpackState(checkpoint.values);
  loadStateDict(*network_, checkpoint.part("model"), /*strict=*/true);
  std::vector<at::Tensor> moments;
  for (const auto& [name, tensor] : checkpoint.part("optimizer")) moments.push_back(tensor);
  optimizer_->loadState(moments);
  try {
    const Args values("checkpoint", checkpoint.values);
    restoreSchedule(values, tell);
    restoreAverage(checkpoint, values, tell);
  } catch (const Error& error) {
    throw Error(ErrorCode::InvalidFile, error.what());
  }
  return state;
}

void Learner::restoreSchedule(const Args& values, const Tell& tell) {
  const std::string now = options_.schedule.is_null() ? "" : options_.schedule.dump();
  if (values.get("schedule", std::string()) != now) tell("from here on the learning rate follows another schedule");
  std::map<std::string, double> state = schedule_->state();
  for (auto& [name, value] : state) {
    const std::string key = scheduleKey(options_.schedule, name);
    if (!values.has(key)) return;
    value = values.require<double>(key);
  }
  if (!state.empty()) schedule_->restore(state);
}

void Learner::restoreAverage(const Checkpoint& checkpoint, const Args& values, const Tell& tell) {
  const auto& parts = checkpoint.parts;
  const bool isThere = std::ranges::any_of(parts, [](const auto& part) { return part.first == "average"; });
  if (!average_) {
    if (isThere) tell("from here on the weights themselves are validated and published, not their average");
    return;
  }
  if (!isThere) tell("the average of the weights begins here");
  loadStateDict(*average_->network(), checkpoint.part(isThere ? "average" : "model"), /*strict=*/true);
  average_->restore(isThere ? values.require<int64_t>("average_updates") : 0);
}

}  // namespace mlabel
