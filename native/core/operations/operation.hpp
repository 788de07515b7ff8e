// What can be asked of the core, each in a file of its own beside this one: a name, options in JSON, an answer in JSON.
// To add one: a file and a line in list.inc. lib/engine/types.ts describes options and answers, field by field.
#pragma once

#include <memory>
#include <string>

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

/// A parsed request. Parsing happens on the calling thread and throws InvalidInput; `run` happens on the lane's thread.
class Operation {
 public:
  virtual ~Operation() = default;
  virtual Lane lane() const = 0;
  /// "cpu", "cuda", "cuda:1"; ignored by Lane::Files and Lane::Pictures.
  virtual std::string device() const { return "cpu"; }
  virtual Json run(Runtime& runtime, const JobContext& context) = 0;
};

std::unique_ptr<Operation> makeOperation(const std::string& name, const Json& options);

}  // namespace mlabel
