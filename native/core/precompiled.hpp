// Compiled once and shared by the files of the core. A help for the compiler only: every file includes what it uses.
#pragma once

#include <ATen/ATen.h>
#include <torch/nn.h>

#include <nlohmann/json.hpp>
