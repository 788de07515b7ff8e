#include "runtime/thread_priority.hpp"

#ifdef __linux__
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace mlabel {

void lowerThreadPriority() {
#ifdef __linux__
  // Linux gives each thread a nice value of its own; which = PRIO_PROCESS with a thread id addresses it.
  setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), 10);
#endif
}

}  // namespace mlabel
