// Compiled once and shared by the files of the core. A help for the compiler only: every file includes what it uses.
#pragma once

#include <torch/nn.h>
#include <torch/torch.h>

#include <nlohmann/json.hpp>
