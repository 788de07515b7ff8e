#include "transforms/arguments.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// EnsureChannelFirstd: images are loaded with the channel axis first, so this only insists that the keys are there.
class EnsureChannelFirst final : public Transform {
 public:
  explicit EnsureChannelFirst(const Json& spec) {
    const Args args("EnsureChannelFirstd", spec);
    keys_ = keysOf(args);
    args.finish();
  }

  void apply(Sample& sample, const JobContext&) const override {
    for (const auto& key : keys_) sample.at(key, "EnsureChannelFirstd");
  }

 private:
  std::vector<std::string> keys_;
};

}  // namespace

TransformPointer makeEnsureChannelFirst(const Json& spec) { return std::make_shared<EnsureChannelFirst>(spec); }

}  // namespace mlabel
