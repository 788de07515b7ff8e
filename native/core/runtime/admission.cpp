#include "runtime/admission.hpp"

namespace mlabel {
namespace {

constexpr int mostUnderWay = 3;

}  // namespace

void Admission::enter(c10::Device device, Lane lane, Begin begin) {
  {
    const std::lock_guard lock(mutex_);
    Line& line = lines_[{device.str(), lane}];
    if (line.underWay == mostUnderWay) {
      line.waiting.push_back(std::move(begin));
      return;
    }
    ++line.underWay;
  }
  begin();
}

void Admission::leave(c10::Device device, Lane lane) {
  Begin next;
  {
    const std::lock_guard lock(mutex_);
    Line& line = lines_[{device.str(), lane}];
    if (line.waiting.empty()) {
      --line.underWay;
      return;
    }
    next = std::move(line.waiting.front());
    line.waiting.pop_front();
  }
  next();
}

}  // namespace mlabel
