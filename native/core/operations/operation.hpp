// What can be asked of the core, each in a file of its own beside this one: a name, options in JSON, an answer in JSON.
// To add one: a file and a line in list.inc. lib/engine/types.ts describes options and answers, field by field.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/answer.hpp"
#include "runtime/job.hpp"

namespace mlabel {

class Runtime;

/// Where an operation runs, and before which others.
enum class Lane {
  Click,     ///< on the device's thread, before everything else
  Infer,     ///< on the device's thread
  Batch,     ///< on the device's thread, after automatic inference
  Scoring,   ///< on the device's thread, last
  Training,  ///< on the device's training thread, which gives way to inference
  Files,     ///< on a small pool for reading, converting and writing images
  Pictures,  ///< on that pool, after everything else there
};

/// A part of an operation, run on one thread of its lane.
struct Stage {
  Lane lane = Lane::Files;
  /// May add to the answer.
  std::function<void(Runtime&, const JobContext&, Answer&)> run;
};

/// A parsed request. Parsing happens on the calling thread and throws InvalidInput.
class Operation {
 public:
  virtual ~Operation() = default;
  /// "cpu", "cuda", "cuda:1"; ignored by Lane::Files and Lane::Pictures.
  virtual std::string device() const { return "cpu"; }
  /// One after the other, never two at once. What a stage leaves for the next is the operation's own.
  virtual std::vector<Stage> stages() = 0;
};

/// An operation of one stage that answers in JSON. On the lanes of files it is run once more where memory ran out and
/// caches have given way.
class SimpleOperation : public Operation {
 public:
  virtual Lane lane() const = 0;
  virtual Json run(Runtime& runtime, const JobContext& context) = 0;

  std::vector<Stage> stages() final;
};

std::unique_ptr<Operation> makeOperation(const std::string& name, const Json& options);

}  // namespace mlabel
