// The losses and optimizers that a training spec may name.
#include <algorithm>
#include <array>

#include "training/adam.hpp"
#include "training/dice_ce_loss.hpp"
#include "training/dice_loss.hpp"

namespace mlabel {
namespace {

template <class Make>
struct Entry {
  const char* name;
  Make make;
};

constexpr std::array losses{
    Entry{"DiceLoss", &makeDiceLoss},
    Entry{"DiceCELoss", &makeDiceCELoss},
};

constexpr std::array optimizers{
    Entry{"Adam", &makeAdam},
    Entry{"AdamW", &makeAdamW},
};

template <class Table>
auto findEntry(const std::string& kind, const Table& table, const Json& spec) {
  const auto name = Args(kind, spec).require<std::string>("name");
  const auto found = std::ranges::find(table, name, &Table::value_type::name);
  if (found != table.end()) return found->make;
  std::string known;
  for (const auto& entry : table) known += (known.empty() ? "" : ", ") + std::string(entry.name);
  throw Error(ErrorCode::InvalidInput, "\"" + name + "\" is not a known " + kind + "; known: " + known);
}

}  // namespace

std::unique_ptr<Loss> makeLoss(const Json& spec) { return findEntry("loss", losses, spec)(spec); }

std::unique_ptr<Optimizer> makeOptimizer(const Json& spec, std::vector<at::Tensor> parameters) {
  return findEntry("optimizer", optimizers, spec)(spec, std::move(parameters));
}

}  // namespace mlabel
