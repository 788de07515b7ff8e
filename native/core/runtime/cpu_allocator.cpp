#include "runtime/cpu_allocator.hpp"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif
// Nothing without AddressSanitizer, and not there with every compiler.
#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, bytes) static_cast<void>(0)
#define ASAN_UNPOISON_MEMORY_REGION(start, bytes) static_cast<void>(0)
#endif

#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <unordered_map>

#include "runtime/main_memory.hpp"

namespace mlabel {
namespace {

constexpr size_t hugePage = size_t{2} << 20;
constexpr size_t mostKept = size_t{512} << 20;
/// Larger ones are volumes, not layers, and do not come back.
constexpr size_t largestKept = size_t{128} << 20;

size_t roundUp(size_t bytes) { return (bytes + hugePage - 1) / hugePage * hugePage; }

void unmap(void* block, size_t bytes) {
  // What is mapped here next need not be ours.
  ASAN_UNPOISON_MEMORY_REGION(block, bytes);
  ::munmap(block, bytes);
}

/// Address space on a huge-page boundary, so that every block is recognised by its address. Null when refused.
void* mapAligned(size_t bytes) {
  void* raw = ::mmap(nullptr, bytes + hugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw == MAP_FAILED) return nullptr;
  auto* start = static_cast<char*>(raw);
  const size_t head = (hugePage - reinterpret_cast<uintptr_t>(start) % hugePage) % hugePage;
  if (head > 0) ::munmap(start, head);
  ::munmap(start + head + bytes, hugePage - head);
  ::madvise(start + head, bytes, MADV_HUGEPAGE);
  return start + head;
}

class PooledAllocator final : public c10::Allocator {
 public:
  /// libtorch's registry of allocators is one a process and its deleters are plain functions: so is this. Never
  /// destroyed, since tensors may be freed by other static objects at exit.
  static PooledAllocator& instance() {
    static PooledAllocator& allocator = *new PooledAllocator;
    return allocator;
  }

  c10::DataPtr allocate(size_t bytes) override {
    void* data = bytes >= hugePage ? take(bytes) : small_->raw_allocate(bytes);
    return {data, data, &PooledAllocator::give, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &PooledAllocator::give; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { std::memcpy(to, from, bytes); }

  int64_t promised() const noexcept {
    const std::lock_guard lock(mutex_);
    return static_cast<int64_t>(usedBytes_ + keptBytes_);
  }

  void release() noexcept {
    std::multimap<size_t, void*> kept;
    {
      const std::lock_guard lock(mutex_);
      kept.swap(kept_);
      keptBytes_ = 0;
    }
    // Outside the lock, which a training of low priority shares with inference.
    for (const auto& [size, block] : kept) unmap(block, size);
  }

 private:
  void* take(size_t asked) {
    const size_t bytes = roundUp(asked);
    {
      const std::lock_guard lock(mutex_);
      const auto fit = kept_.lower_bound(bytes);
      if (fit != kept_.end() && fit->first <= bytes + bytes / 4) {
        void* block = fit->second;
        ASAN_UNPOISON_MEMORY_REGION(block, asked);
        used_.emplace(block, fit->first);
        usedBytes_ += fit->first;
        keptBytes_ -= fit->first;
        kept_.erase(fit);
        return block;
      }
    }
    requireMemory(static_cast<int64_t>(bytes), "The next step");
    void* block = mapAligned(bytes);
    if (block == nullptr) {
      release();
      block = mapAligned(bytes);
    }
    if (block == nullptr) throw std::bad_alloc();
    ASAN_POISON_MEMORY_REGION(static_cast<char*>(block) + asked, bytes - asked);
    const std::lock_guard lock(mutex_);
    used_.emplace(block, bytes);
    usedBytes_ += bytes;
    return block;
  }

  static void give(void* data) { instance().giveBack(data); }

  void giveBack(void* data) {
    const bool perhapsOurs = data != nullptr && reinterpret_cast<uintptr_t>(data) % hugePage == 0;
    if (!perhapsOurs || !keep(data)) small_->raw_deallocate(data);
  }

  /// False when the block is not from here.
  bool keep(void* data) {
    size_t bytes = 0;
    {
      const std::lock_guard lock(mutex_);
      const auto found = used_.find(data);
      if (found == used_.end()) return false;
      bytes = found->second;
      usedBytes_ -= bytes;
      used_.erase(found);
      if (bytes <= largestKept && keptBytes_ + bytes <= mostKept) {
        kept_.emplace(bytes, data);
        ASAN_POISON_MEMORY_REGION(data, bytes);
        keptBytes_ += bytes;
        return true;
      }
    }
    unmap(data, bytes);
    return true;
  }

  c10::Allocator* small_ = c10::GetDefaultCPUAllocator();
  mutable std::mutex mutex_;
  std::unordered_map<void*, size_t> used_;
  std::multimap<size_t, void*> kept_;
  size_t usedBytes_ = 0;
  size_t keptBytes_ = 0;
};

}  // namespace

void usePooledCpuMemory() {
  constexpr uint8_t aboveDefault = 1;
  c10::SetCPUAllocator(&PooledAllocator::instance(), aboveDefault);
}

void releasePooledCpuMemory() noexcept {
  PooledAllocator::instance().release();
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

int64_t promisedCpuMemory() noexcept { return PooledAllocator::instance().promised(); }

}  // namespace mlabel
