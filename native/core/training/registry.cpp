// The losses, objectives, optimizers and schedules that a training may name.
#include "runtime/registry.hpp"

#include "training/objective.hpp"
#include "training/optimizer.hpp"
#include "training/schedule.hpp"

namespace mlabel {

#define LOSS(name, factory) std::unique_ptr<Loss> factory(const Json& spec);
#include "training/losses.inc"
#undef LOSS

#define OBJECTIVE(name, factory) std::unique_ptr<Objective> factory(const Json& spec, std::unique_ptr<Loss> loss);
#include "training/objectives.inc"
#undef OBJECTIVE

#define OPTIMIZER(name, factory) \
  std::unique_ptr<Optimizer> factory(const Json& spec, std::vector<at::Tensor> parameters);
#include "training/optimizers.inc"
#undef OPTIMIZER

#define SCHEDULE(name, factory) std::unique_ptr<Schedule> factory(const Json& spec, const ScheduleRun& run);
#include "training/schedules.inc"
#undef SCHEDULE

namespace {

const Registry<std::unique_ptr<Loss> (*)(const Json&)> losses = {
#define LOSS(name, factory) {#name, factory},
#include "training/losses.inc"
#undef LOSS
};

const Registry<std::unique_ptr<Objective> (*)(const Json&, std::unique_ptr<Loss>)> objectives = {
#define OBJECTIVE(name, factory) {#name, factory},
#include "training/objectives.inc"
#undef OBJECTIVE
};

const Registry<std::unique_ptr<Optimizer> (*)(const Json&, std::vector<at::Tensor>)> optimizers = {
#define OPTIMIZER(name, factory) {#name, factory},
#include "training/optimizers.inc"
#undef OPTIMIZER
};

const Registry<std::unique_ptr<Schedule> (*)(const Json&, const ScheduleRun&)> schedules = {
#define SCHEDULE(name, factory) {#name, factory},
#include "training/schedules.inc"
#undef SCHEDULE
};

/// The rate of the optimizer, all the time.
struct Constant final : Schedule {
  explicit Constant(double rate) : rate(rate) {}
  double learningRate(const SchedulePlace&) const override { return rate; }
  double rate;
};

}  // namespace

std::unique_ptr<Loss> makeLoss(const Json& spec) { return findFactory("loss", losses, spec)(spec); }

std::unique_ptr<Objective> makeObjective(const Json& spec, std::unique_ptr<Loss> loss) {
  const Json given = spec.is_null() ? Json{{"name", "Supervised"}} : spec;
  return findFactory("objective", objectives, given)(given, std::move(loss));
}

std::unique_ptr<Optimizer> makeOptimizer(const Json& spec, std::vector<at::Tensor> parameters) {
  return findFactory("optimizer", optimizers, spec)(spec, std::move(parameters));
}

std::unique_ptr<Schedule> makeSchedule(const Json& spec, const ScheduleRun& run) {
  if (spec.is_null()) return std::make_unique<Constant>(run.learningRate);
  return findFactory("schedule", schedules, spec)(spec, run);
}

}  // namespace mlabel
