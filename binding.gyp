# The same addon as CMakeLists.txt builds, from the same folders, for `npm run build:gyp`. LIBTORCH names libtorch.
{
  "variables": {
    "libtorch": "<!(node -p process.env.LIBTORCH)",
  },
  "target_defaults": {
    "defines": ["NDEBUG"],
    "cflags": ["-O3", "-fPIC", "-fvisibility=hidden"],
  },
  "targets": [
    {
      "target_name": "zlib",
      "type": "static_library",
      "sources": ["<!@(node native/sources.mjs zlib)"],
      "defines": ["HAVE_UNISTD_H", "HAVE_HIDDEN"],
      "cflags": ["-w"],
    },
    {
      "target_name": "monailabel",
      "dependencies": ["zlib"],
      "sources": ["<!@(node native/sources.mjs core)", "<!@(node native/sources.mjs node)"],
      "defines": ["NAPI_VERSION=9", "NAPI_CPP_EXCEPTIONS", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
      # In front: the headers of Node hold a zlib.h of their own.
      "include_dirs+": [
        "native/core",
        "native/third_party",
        "native/third_party/zlib",
        "<!(node -p \"require('node-addon-api').include_dir\")",
      ],
      # Node builds without exceptions and type information, with an older standard; libtorch needs all three.
      "cflags_cc!": ["-fno-rtti", "-fno-exceptions", "-std=gnu++17", "-std=gnu++20"],
      "cflags_cc": [
        "-std=c++20",
        "-fexceptions",
        "-frtti",
        "-Wall",
        "-Wextra",
        "-isystem<(libtorch)/include",
        "-isystem<(libtorch)/include/torch/csrc/api/include",
      ],
      "ldflags": [
        "-Wl,--no-as-needed",
        "-L<(libtorch)/lib",
        "-Wl,-rpath,<(libtorch)/lib",
        "-Wl,--allow-shlib-undefined",
        "-Wl,-z,nodelete",
      ],
      "libraries": [
        "-ltorch",
        "-ltorch_cpu",
        "-lc10",
        # Where libtorch is a CUDA one.
        "<!@(node -p \"['torch_cuda', 'c10_cuda'].filter((name) => fs.existsSync(process.env.LIBTORCH + '/lib/lib' + name + '.so')).map((name) => '-l' + name).join(' ')\")",
        "-lpthread",
      ],
    },
  ],
}
