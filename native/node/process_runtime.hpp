// The one Runtime of the process: devices belong to the process, not to an environment of it.
#pragma once

#include "runtime/runtime.hpp"

namespace mlabel {

/// Started at the first call, shared by all environments, never destroyed: its threads may run to the very end.
Runtime& processRuntime();

/// For the end of the process: no job may compute under the destructors of libtorch's static objects. It makes them when it
/// first needs them, so an exit handler may come too late: the main thread calls this before exit() begins. Jobs poll their
/// stop flag a few times a second; with one that does not answer in 0.9 s the process ends here, with this status.
void stopJobs(int status);

}  // namespace mlabel
