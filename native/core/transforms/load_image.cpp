#include "image/image_file.hpp"
#include "transforms/arguments.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// LoadImaged: the file of each key as float32 [C, I, J, K] with its affine.
class LoadImage final : public Transform {
 public:
  explicit LoadImage(const Json& spec) {
    const Args args("LoadImaged", spec);
    keys_ = keysOf(args);
    args.finish();
  }

  void apply(Sample& sample, const JobContext& context) const override {
    for (const auto& key : keys_) {
      const auto file = sample.files.find(key);
      if (file == sample.files.end())
        throw Error(ErrorCode::InvalidInput, "LoadImaged: there is no file \"" + key + "\"");
      Volume volume = readImage(file->second, context);
      sample.images[key] = {std::move(volume.data), volume.affine, {}, std::move(volume.header)};
    }
  }

 private:
  std::vector<std::string> keys_;
};

}  // namespace

TransformPointer makeLoadImage(const Json& spec) { return std::make_shared<LoadImage>(spec); }

}  // namespace mlabel
