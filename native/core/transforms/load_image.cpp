#include "image/image_file.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// LoadImaged: the file of each key as float32 [C, I, J, K] with its affine.
class LoadImage final : public Transform {
 public:
  explicit LoadImage(const Args& args) : keys_(args) {}

  void apply(Sample& sample, const JobContext& context) const override {
    for (const auto& key : keys_.names()) {
      const auto file = sample.files.find(key);
      if (file == sample.files.end())
        throw Error(ErrorCode::InvalidInput, "LoadImaged: there is no file \"" + key + "\"");
      Volume volume = readImage(file->second, context);
      sample.images[key] = {std::move(volume.data), volume.affine, {}, std::move(volume.header)};
    }
  }

 private:
  Keys keys_;
};

}  // namespace

TransformPointer makeLoadImage(const Args& args) { return std::make_shared<LoadImage>(args); }

}  // namespace mlabel
