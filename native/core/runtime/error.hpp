// The one error type of the native core.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace mlabel {

/// What went wrong, as a stable word that TypeScript maps to an HTTP status.
enum class ErrorCode {
  InvalidInput,  ///< an option, a request or a spec is wrong
  InvalidFile,   ///< a file is truncated, lying or not what it claims to be
  UnfitLabel,    ///< a label that can be read, and does not belong on its image or has no single meaning
  NotFound,      ///< a file or a model that is not there
  Unsupported,   ///< understood, and beyond what this build or device can do
  TooLarge,      ///< a size beyond a stated limit
  OutOfMemory,   ///< the host or a device had not enough memory
  Cancelled,     ///< the stop flag of the job was raised
  Io,            ///< the operating system refused a read or a write
  Internal,      ///< a defect of ours
};

/// The spelling of a code at the boundary, for example "INVALID_INPUT".
std::string_view toString(ErrorCode code);

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

/// Turns the exception in flight (ours, libtorch's, bad_alloc, any other) into an Error.
/// Call only inside a catch block. libtorch's backtrace is dropped; its out-of-memory errors become OutOfMemory.
Error currentError();

}  // namespace mlabel
