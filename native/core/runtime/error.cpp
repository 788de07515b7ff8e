#include "runtime/error.hpp"

#include <c10/util/Exception.h>

#include <new>

namespace mlabel {

std::string_view toString(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidInput: return "INVALID_INPUT";
    case ErrorCode::InvalidFile: return "INVALID_FILE";
    case ErrorCode::UnfitLabel: return "UNFIT_LABEL";
    case ErrorCode::NotFound: return "NOT_FOUND";
    case ErrorCode::Unsupported: return "UNSUPPORTED";
    case ErrorCode::TooLarge: return "TOO_LARGE";
    case ErrorCode::OutOfMemory: return "OUT_OF_MEMORY";
    case ErrorCode::Cancelled: return "CANCELLED";
    case ErrorCode::Io: return "IO";
    case ErrorCode::Internal: break;
  }
  return "INTERNAL";
}

Error currentError() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const c10::OutOfMemoryError& error) {
    return {ErrorCode::OutOfMemory, error.what_without_backtrace()};
  } catch (const c10::Error& error) {
    const std::string message = error.what_without_backtrace();
    // The CPU allocator reports a refused size as a plain c10::Error.
    const bool memory = message.find("not enough memory") != std::string::npos ||
                        message.find("can't allocate memory") != std::string::npos;
    return {memory ? ErrorCode::OutOfMemory : ErrorCode::Internal, message};
  } catch (const std::bad_alloc&) {
    return {ErrorCode::OutOfMemory, "the machine has not enough memory for this job"};
  } catch (const std::exception& error) {
    return {ErrorCode::Internal, error.what()};
  } catch (...) {
    return {ErrorCode::Internal, "an unknown native exception"};
  }
}

}  // namespace mlabel
