// Compiled once and shared by the files of the core. A help for the compiler only: every file includes what it uses.
// In tests it also puts ATen before doctest, whose CHECK must be the last of the two.
// Only what most files need: every file pays for each template in here (torch/nn.h: three seconds a file).
#pragma once

#include <ATen/ATen.h>
#include <torch/nn/module.h>

#include <nlohmann/json.hpp>
