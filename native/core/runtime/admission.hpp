// How many jobs of several stages are under way at once.
#pragma once

#include <c10/core/Device.h>

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "operations/operation.hpp"

namespace mlabel {

/// A job that has begun holds an image: one that is read, one that is predicted and one that is written keep a device busy,
/// and fifty of them the memory. Counted for each device and lane, so that no urgent job waits here for others.
class Admission {
 public:
  using Begin = std::function<void()>;

  /// Calls `begin`, now or when another job has left. It must not throw.
  void enter(c10::Device device, Lane lane, Begin begin);

  /// Once for each job that has begun.
  void leave(c10::Device device, Lane lane);

 private:
  struct Line {
    int underWay = 0;
    std::deque<Begin> waiting;
  };

  std::mutex mutex_;
  std::map<std::pair<std::string, Lane>, Line> lines_;
};

}  // namespace mlabel
