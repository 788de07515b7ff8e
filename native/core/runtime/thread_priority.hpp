// How training gives way to inference on a CPU.
#pragma once

namespace mlabel {

/// Lowers the calling thread to nice 10, and with it every thread that it starts afterwards, its OpenMP team included.
/// Inference beside a training at that level takes little more than its idle time; the kernel hands the cores over within a
/// step. At 19, other programs that keep the cores busy would leave a training next to nothing: 1.5 % against 10 %.
/// It cannot be raised again without privileges. Does nothing where the system has no per-thread priority.
void lowerThreadPriority();

}  // namespace mlabel
