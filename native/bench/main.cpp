// core_bench <name> [arguments]: runs one benchmark and prints its table.
#include <cstdio>
#include <exception>

#include "bench.hpp"
#include "runtime/cpu_allocator.hpp"

namespace {

using namespace mlabel::bench;

struct Entry {
  const char* name;
  int (*run)(const Arguments&);
  const char* help;
};

constexpr Entry table[] = {
    {"beside_training", &beside_training, "inference alone, and beside a training at low priority"},
    {"infer", &infer, "IMAGE WEIGHTS LABEL [repeats] [bfloat16]: a spleen request from file to file"},
    {"load_image", &load_image, "reading an image file, called by bench/peer/load_image.py"},
    {"organs", &organs, "[width]: 105 classes on 512x512x600, the time and the peak of memory"},
    {"train_step", &train_step, "[batch] [side]: a training step of the spleen UNet"},
    {"unet", &unet, "a forward on one patch, called by bench/peer/unet_forward.py"},
};

}  // namespace

int main(int argc, char** argv) {
  // As the server does.
  mlabel::usePooledCpuMemory();
  try {
    for (const Entry& entry : table) {
      if (argc > 1 && std::string(argv[1]) == entry.name) return entry.run({argv + 2, argv + argc});
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  std::fprintf(stderr, "core_bench <name> [arguments]\n");
  for (const Entry& entry : table) std::fprintf(stderr, "  %-16s %s\n", entry.name, entry.help);
  return 2;
}
