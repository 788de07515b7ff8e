#include "runtime/main_memory.hpp"

#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "runtime/cpu_allocator.hpp"
#include "runtime/error.hpp"

namespace mlabel {
namespace {

/// Less is not worth a look.
constexpr int64_t smallest = int64_t{16} << 20;

/// The first number of a file; nothing where there is none ("max").
std::optional<int64_t> numberIn(const std::string& path) {
  std::ifstream file(path);
  int64_t number = 0;
  if (file >> number) return number;
  return std::nullopt;
}

/// The number after `name` in a file of "name number" or "name: number unit" lines.
std::optional<int64_t> numberAfter(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name)) continue;
    int64_t number = 0;
    if (std::istringstream(line.substr(name.size() + (line[name.size()] == ':'))) >> number) return number;
  }
  return std::nullopt;
}

MainMemory ofMachine() {
  struct sysinfo system {};
  if (sysinfo(&system) != 0) return {};
  const auto unit = static_cast<int64_t>(system.mem_unit);
  MainMemory memory{static_cast<int64_t>(system.totalram) * unit, static_cast<int64_t>(system.freeram) * unit};
  if (const auto kibibytes = numberAfter("/proc/meminfo", "MemAvailable")) memory.free = *kibibytes * 1024;
  return memory;
}

/// The folders of the process's control groups of version 2, or of version 1's for memory, innermost first.
std::vector<std::string> groupFolders() {
  std::ifstream file("/proc/self/cgroup");
  std::vector<std::string> folders;
  for (std::string line; std::getline(file, line);) {
    const bool second = line.starts_with("0::");
    const size_t first = line.find(":memory:");
    if (!second && first == std::string::npos) continue;
    const std::string root = second ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
    std::string path = second ? line.substr(3) : line.substr(first + 8);
    while (path.size() > 1) {
      folders.push_back(root + path);
      path.resize(path.rfind('/'));
    }
    // In a container its own group is the root.
    folders.push_back(root);
  }
  return folders;
}

/// What a group still allows; nothing where it sets no limit.
std::optional<MainMemory> ofGroup(const std::string& folder) {
  auto limit = numberIn(folder + "/memory.max");
  auto used = numberIn(folder + "/memory.current");
  if (!limit) {
    limit = numberIn(folder + "/memory.limit_in_bytes");
    used = numberIn(folder + "/memory.usage_in_bytes");
  }
  if (!limit || !used) return std::nullopt;
  const int64_t cached = numberAfter(folder + "/memory.stat", "inactive_file ").value_or(0);
  return MainMemory{*limit, std::max<int64_t>(0, *limit - *used + cached)};
}

/// Bytes of tensors that no page stands behind yet.
int64_t untouchedBytes() {
  std::ifstream file("/proc/self/statm");
  int64_t size = 0, resident = 0, shared = 0;
  if (!(file >> size >> resident >> shared)) return 0;
  return std::max<int64_t>(0, promisedCpuMemory() - (resident - shared) * ::sysconf(_SC_PAGESIZE));
}

/// The reserves of the process, as its memory is. Never destroyed: jobs may ask until the very end.
struct Reserves {
  std::mutex mutex;
  std::map<const MemoryReserve*, std::function<void()>> all;
};

Reserves& reserves() {
  static Reserves& found = *std::make_unique<Reserves>().release();
  return found;
}

void giveReserves() {
  const std::lock_guard lock(reserves().mutex);
  for (const auto& [reserve, give] : reserves().all) give();
}

}  // namespace

MemoryReserve::MemoryReserve(std::function<void()> give) {
  const std::lock_guard lock(reserves().mutex);
  reserves().all.emplace(this, std::move(give));
}

MemoryReserve::~MemoryReserve() {
  const std::lock_guard lock(reserves().mutex);
  reserves().all.erase(this);
}

MainMemory mainMemory() {
  MainMemory memory = ofMachine();
  // Looked for each time: a static list would be gone for the jobs that still run when the process exits.
  for (const std::string& folder : groupFolders()) {
    if (const auto group = ofGroup(folder)) {
      memory = {std::min(memory.total, group->total), std::min(memory.free, group->free)};
    }
  }
  return memory;
}

int64_t memoryToSpare() {
  const auto [total, free] = mainMemory();
  if (total == 0) return std::numeric_limits<int64_t>::max();  // nothing can be found out here
  return std::max<int64_t>(0, free - untouchedBytes() - total / 32);
}

void requireMemory(int64_t bytes, const std::string& what) {
  if (bytes < smallest || bytes <= memoryToSpare()) return;
  const int64_t total = mainMemory().total;
  if (bytes > total) {
    throw Error(ErrorCode::TooLarge,
                what + " would take " + inGibibytes(bytes) + " of memory; this machine has " + inGibibytes(total));
  }
  giveReserves();
  releasePooledCpuMemory();
  const int64_t spare = memoryToSpare();
  if (bytes <= spare) return;
  throw Error(ErrorCode::OutOfMemory, what + " would take " + inGibibytes(bytes) + " of memory; of " +
                                          inGibibytes(total) + " only " + inGibibytes(spare) + " are free at present");
}

std::string inGibibytes(int64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f GiB", static_cast<double>(bytes) / static_cast<double>(int64_t{1} << 30));
  return text;
}

}  // namespace mlabel
