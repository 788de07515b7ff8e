// Schedules that are a function of the place in the run: torch.optim.lr_scheduler's closed forms and MONAI's
// WarmupCosineSchedule. Each steps once an epoch, as MONAI Label and nnU-Net step theirs, or once an update of the
// weights with `interval` "step". Where PyTorch and MONAI ask for the length of the run, leaving it out means this
// run's.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <utility>

#include "training/schedule.hpp"

namespace mlabel {
namespace {

using std::numbers::pi;

/// The rate after a number of steps.
class ClosedForm : public Schedule {
 public:
  using Rate = std::function<double(int64_t step)>;
  ClosedForm(bool everyUpdate, Rate rate) : everyUpdate_(everyUpdate), rate_(std::move(rate)) {}
  double learningRate(const SchedulePlace& place) const override {
    return rate_(everyUpdate_ ? place.updates : place.epoch);
  }

 private:
  bool everyUpdate_;
  Rate rate_;
};

/// What all of them read.
struct Steps {
  explicit Steps(const Args& args, const ScheduleRun& run)
      : everyUpdate(args.choice("interval", {"epoch", "step"}, "epoch") == "step"),
        ofRun(everyUpdate ? run.epochs * run.updatesPerEpoch : run.epochs) {}

  bool everyUpdate;
  int64_t ofRun;
};

int64_t atLeastOne(const Args& args, const std::string& name, int64_t value) {
  if (value < 1) args.invalid(name, "must be at least 1");
  return value;
}

double notNegative(const Args& args, const std::string& name, double fallback) {
  const auto value = args.get(name, fallback);
  if (!(value >= 0)) args.invalid(name, "must not be negative");
  return value;
}

}  // namespace

/// Times `gamma` every `step_size` steps.
std::unique_ptr<Schedule> makeStepLR(const Json& spec, const ScheduleRun& run) {
  const Args args("StepLR", spec);
  const Steps steps(args, run);
  const int64_t size = atLeastOne(args, "step_size", args.require<int64_t>("step_size"));
  const double gamma = notNegative(args, "gamma", 0.1);
  args.finish();
  return std::make_unique<ClosedForm>(steps.everyUpdate, [=, start = run.learningRate](int64_t step) {
    return start * std::pow(gamma, static_cast<double>(step / size));
  });
}

/// Half a cosine down to `eta_min` in `T_max` steps, and up again in as many.
std::unique_ptr<Schedule> makeCosineAnnealingLR(const Json& spec, const ScheduleRun& run) {
  const Args args("CosineAnnealingLR", spec);
  const Steps steps(args, run);
  const auto half = static_cast<double>(atLeastOne(args, "T_max", args.get("T_max", steps.ofRun)));
  const double least = notNegative(args, "eta_min", 0);
  args.finish();
  return std::make_unique<ClosedForm>(steps.everyUpdate, [=, start = run.learningRate](int64_t step) {
    return least + (start - least) * (1 + std::cos(pi * static_cast<double>(step) / half)) / 2;
  });
}

/// (1 - step / total_iters) ^ power; with a power of 0.9, nnU-Net's.
std::unique_ptr<Schedule> makePolynomialLR(const Json& spec, const ScheduleRun& run) {
  const Args args("PolynomialLR", spec);
  const Steps steps(args, run);
  const int64_t total = atLeastOne(args, "total_iters", args.get("total_iters", steps.ofRun));
  const double power = notNegative(args, "power", 1);
  args.finish();
  return std::make_unique<ClosedForm>(steps.everyUpdate, [=, start = run.learningRate](int64_t step) {
    const double done = static_cast<double>(std::min(step, total)) / static_cast<double>(total);
    return start * std::pow(1 - done, power);
  });
}

/// Up in a line from `warmup_multiplier` times the rate in `warmup_steps` steps, then `cycles` of a cosine until
/// `t_total`, never below `end_lr`.
std::unique_ptr<Schedule> makeWarmupCosineSchedule(const Json& spec, const ScheduleRun& run) {
  const Args args("WarmupCosineSchedule", spec);
  const Steps steps(args, run);
  const int64_t total = atLeastOne(args, "t_total", args.get("t_total", steps.ofRun));
  const int64_t warmup = std::clamp<int64_t>(args.require<int64_t>("warmup_steps"), 0, total);
  const double least = notNegative(args, "end_lr", 0), cycles = notNegative(args, "cycles", 0.5);
  const double first = notNegative(args, "warmup_multiplier", 0);
  if (first > 1) args.invalid("warmup_multiplier", "must lie in [0, 1]");
  args.finish();
  return std::make_unique<ClosedForm>(steps.everyUpdate, [=, start = run.learningRate](int64_t step) {
    if (step < warmup) return start * (first + (1 - first) * static_cast<double>(step) / static_cast<double>(warmup));
    const double progress =
        static_cast<double>(step - warmup) / static_cast<double>(std::max<int64_t>(1, total - warmup));
    return std::max(least, start * std::max(0.0, 0.5 * (1 + std::cos(pi * cycles * 2 * progress))));
  });
}

}  // namespace mlabel
