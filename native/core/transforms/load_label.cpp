#include "labels/placed_label.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// LoadLabeld (ours): the label file of each key as classes of the model, by Sample::labelValues, on the grid of the file
/// "image": float32 [1, I, J, K].
class LoadLabel final : public Transform {
 public:
  explicit LoadLabel(const Args& args) : keys_(args) {}

  bool readsRequest() const override { return true; }

  void apply(Sample& sample, const JobContext& context) const override {
    for (const auto& key : keys_.names()) {
      Volume volume = placedLabel(fileOf(sample, key), fileOf(sample, "image"), sample.labelValues, context);
      sample.images[key] = {volume.data.to(at::kFloat), volume.affine, {}, std::move(volume.header)};
    }
  }

 private:
  static const std::string& fileOf(const Sample& sample, const std::string& key) {
    const auto file = sample.files.find(key);
    if (file == sample.files.end())
      throw Error(ErrorCode::InvalidInput, "LoadLabeld: there is no file \"" + key + "\"");
    return file->second;
  }

  Keys keys_;
};

}  // namespace

TransformPointer makeLoadLabel(const Args& args) { return std::make_shared<LoadLabel>(args); }

}  // namespace mlabel
