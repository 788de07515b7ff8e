// The one Runtime of the process: devices belong to the process, not to an environment of it.
#pragma once

#include "runtime/runtime.hpp"

namespace mlabel {

/// Started at the first call, shared by all environments, never destroyed: its threads may run to the very end.
/// When the process exits, jobs are stopped first; see process_runtime.cpp.
Runtime& processRuntime();

}  // namespace mlabel
