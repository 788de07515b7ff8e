// Writes a seeded abdominal CT phantom and its label.
#include "image/image_file.hpp"
#include "operations/operation.hpp"
#include "phantom/abdomen.hpp"
#include "phantom/anatomy.hpp"

namespace mlabel {
namespace {

class WritePhantomOperation : public SimpleOperation {
 public:
  explicit WritePhantomOperation(const Json& options) {
    const Args args("writePhantom", options);
    const auto seed = args.require<int64_t>("seed");
    if (seed < 0 || seed > UINT32_MAX) args.invalid("seed", "must be from 0 to 4294967295");
    seed_ = static_cast<uint32_t>(seed);
    image_ = args.require<std::string>("image");
    label_ = args.require<std::string>("label");
    args.finish();
  }

  Lane lane() const override { return Lane::Files; }

  Json run(Runtime&, const JobContext& context) override {
    const AbdomenPhantom phantom = makeAbdomenPhantom(seed_, context);
    writeImage(image_, phantom.image, {.dtype = "int16", .compress = true}, context);
    writeImage(label_, phantom.label, {.dtype = "uint8", .compress = true}, context);
    const Json labels = {{"spleen", Organ::Spleen},
                         {"liver", Organ::Liver},
                         {"right kidney", Organ::RightKidney},
                         {"left kidney", Organ::LeftKidney}};
    return {{"labels", labels}};
  }

 private:
  uint32_t seed_;
  std::string image_;
  std::string label_;
};

}  // namespace

std::unique_ptr<Operation> makeWritePhantomOperation(const Json& options) {
  return std::make_unique<WritePhantomOperation>(options);
}

}  // namespace mlabel
