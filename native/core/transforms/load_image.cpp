#include "image/image_file.hpp"
#include "transforms/transform.hpp"

namespace mlabel {
namespace {

/// LoadImaged: the file of each key as float32 [C, I, J, K] with its affine; on "image" lie the sample's clicks.
class LoadImage final : public Transform {
 public:
  explicit LoadImage(const Args& args) : keys_(args) {}

  void apply(Sample& sample, const JobContext& context) const override {
    for (const auto& key : keys_.names()) {
      const auto file = sample.files.find(key);
      if (file == sample.files.end())
        throw Error(ErrorCode::InvalidInput, "LoadImaged: there is no file \"" + key + "\"");
      Volume volume = readImage(file->second, context);
      SampleImage& image = sample.images[key];
      image = {std::move(volume.data), volume.affine, {}, std::move(volume.header)};
      if (key == "image" && !sample.clicks.empty()) layClicks(image, sample.clicks);
    }
  }

 private:
  Keys keys_;
};

}  // namespace

TransformPointer makeLoadImage(const Args& args) { return std::make_shared<LoadImage>(args); }

}  // namespace mlabel
