#include "runtime/error.hpp"

#include <c10/util/Exception.h>

#include <algorithm>
#include <array>
#include <new>
#include <system_error>

namespace mlabel {
namespace {

/// The CPU allocator reports a refused size, and CUDA's libraries what they could not have, as a plain c10::Error.
bool speaksOfMemory(const std::string& message) {
  constexpr std::array words{"not enough memory", "can't allocate memory", "out of memory", "STATUS_ALLOC_FAILED"};
  return std::any_of(words.begin(), words.end(),
                     [&](const char* each) { return message.find(each) != std::string::npos; });
}

}  // namespace

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
    return {speaksOfMemory(message) ? ErrorCode::OutOfMemory : ErrorCode::Internal, message};
  } catch (const std::bad_alloc&) {
    return {ErrorCode::OutOfMemory, "the machine has not enough memory for this job"};
  } catch (const std::system_error& error) {
    const bool threads = error.code() == std::errc::resource_unavailable_try_again;
    return {threads ? ErrorCode::OutOfMemory : ErrorCode::Internal,
            threads ? "the system starts no more threads" : error.what()};
  } catch (const std::exception& error) {
    return {ErrorCode::Internal, error.what()};
  } catch (...) {
    return {ErrorCode::Internal, "an unknown native exception"};
  }
}

}  // namespace mlabel
