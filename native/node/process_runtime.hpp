// The one Runtime of the process: devices belong to the process, not to an environment of it.
#pragma once

#include "runtime/runtime.hpp"

namespace mlabel {

/// Started at the first call, shared by all environments, never destroyed: its threads may run to the very end.
/// When the process exits, jobs are stopped first; see process_runtime.cpp.
Runtime& processRuntime();

/// Call it when a job has ended. Exit handlers run in the reverse order of their registration, and libtorch makes static
/// objects when it first needs them: the handler that stops the jobs is registered anew, ever more seldom, to run first.
void jobEnded();

}  // namespace mlabel
