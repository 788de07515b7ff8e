// torch.optim.lr_scheduler.ReduceLROnPlateau, stepped with the mean Dice: the rate goes down when that has stopped
// rising.
#include <algorithm>
#include <limits>

#include "training/schedule.hpp"

namespace mlabel {
namespace {

struct PlateauOptions {
  double factor = 0.1;
  /// Values without a better one that are put up with.
  int64_t patience = 10;
  double threshold = 1e-4;
  bool relative = true;
  /// Values after a reduction that do not count.
  int64_t cooldown = 0;
  double least = 0;
  /// A smaller change is none.
  double eps = 1e-8;
};

class ReduceLROnPlateau : public Schedule {
 public:
  ReduceLROnPlateau(const PlateauOptions& options, double start) : options_(options), rate_(start) {}

  double learningRate(const SchedulePlace&) const override { return rate_; }

  void observe(double meanDice) override {
    if (isBetter(meanDice)) {
      best_ = meanDice;
      notBetter_ = 0;
    } else {
      ++notBetter_;
    }
    if (coolingDown_ > 0) {
      --coolingDown_;
      notBetter_ = 0;
    }
    if (notBetter_ <= options_.patience) return;
    const double lower = std::max(rate_ * options_.factor, options_.least);
    if (rate_ - lower > options_.eps) rate_ = lower;
    coolingDown_ = options_.cooldown;
    notBetter_ = 0;
  }

  std::map<std::string, double> state() const override {
    return {{"rate", rate_},
            {"best", best_},
            {"not_better", static_cast<double>(notBetter_)},
            {"cooling_down", static_cast<double>(coolingDown_)}};
  }

  void restore(const std::map<std::string, double>& state) override {
    rate_ = state.at("rate");
    best_ = state.at("best");
    notBetter_ = static_cast<int64_t>(state.at("not_better"));
    coolingDown_ = static_cast<int64_t>(state.at("cooling_down"));
  }

 private:
  bool isBetter(double value) const {
    return value > (options_.relative ? best_ * (1 + options_.threshold) : best_ + options_.threshold);
  }

  PlateauOptions options_;
  double rate_;
  double best_ = -std::numeric_limits<double>::infinity();
  int64_t notBetter_ = 0;
  int64_t coolingDown_ = 0;
};

}  // namespace

std::unique_ptr<Schedule> makeReduceLROnPlateau(const Json& spec, const ScheduleRun& run) {
  const Args args("ReduceLROnPlateau", spec);
  PlateauOptions options;
  // PyTorch's default is for losses.
  args.choice("mode", {"max"}, "max");
  options.factor = args.get("factor", options.factor);
  options.patience = args.get("patience", options.patience);
  options.threshold = args.get("threshold", options.threshold);
  options.relative = args.choice("threshold_mode", {"rel", "abs"}, "rel") == "rel";
  options.cooldown = args.get("cooldown", options.cooldown);
  options.least = args.get("min_lr", options.least);
  options.eps = args.get("eps", options.eps);
  args.finish();
  if (!(options.factor > 0 && options.factor < 1)) args.invalid("factor", "must lie between 0 and 1");
  if (options.patience < 0) args.invalid("patience", "must not be negative");
  if (options.cooldown < 0) args.invalid("cooldown", "must not be negative");
  if (!(options.threshold >= 0)) args.invalid("threshold", "must not be negative");
  if (!(options.least >= 0)) args.invalid("min_lr", "must not be negative");
  if (!(options.eps >= 0)) args.invalid("eps", "must not be negative");
  return std::make_unique<ReduceLROnPlateau>(options, run.learningRate);
}

}  // namespace mlabel
