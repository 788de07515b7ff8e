// Rewrites an image in another format, type or compression.
#include "image/describe_header.hpp"
#include "image/image_file.hpp"
#include "image/voxel_type.hpp"
#include "operations/operation.hpp"

namespace mlabel {
namespace {

class ConvertImageOperation : public SimpleOperation {
 public:
  explicit ConvertImageOperation(const Json& options) {
    const Args args("convertImage", options);
    input_ = args.require<std::string>("input");
    output_ = args.require<std::string>("output");
    dtype_ = args.get<std::string>("dtype", "");
    compress_ = args.get("compress", false);
    args.finish();
    if (!dtype_.empty() && !voxelTypeOf(dtype_)) args.invalid("dtype", "is not a type of voxels: \"" + dtype_ + "\"");
  }

  Lane lane() const override { return Lane::Files; }

  Json run(Runtime&, const JobContext& context) override {
    const Volume volume = readImage(input_, context);
    writeImage(output_, volume, {.dtype = dtype_.empty() ? keptType(volume.header) : dtype_, .compress = compress_},
               context);
    return describeHeader(readHeader(output_, context));
  }

 private:
  /// Scaled values are fractions whatever the file stores them in.
  static std::string keptType(const ImageHeader& header) {
    const bool scaled = header.slope != 1 || header.intercept != 0;
    return scaled ? "float32" : header.dtype;
  }

  std::string input_;
  std::string output_;
  std::string dtype_;
  bool compress_;
};

}  // namespace

std::unique_ptr<Operation> makeConvertImageOperation(const Json& options) {
  return std::make_unique<ConvertImageOperation>(options);
}

}  // namespace mlabel
