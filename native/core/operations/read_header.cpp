// What an image file says about itself, without its voxels.
#include "image/describe_header.hpp"
#include "image/image_file.hpp"
#include "operations/operation.hpp"

namespace mlabel {
namespace {

class ReadHeaderOperation : public SimpleOperation {
 public:
  explicit ReadHeaderOperation(const Json& options) {
    const Args args("readHeader", options);
    path_ = args.require<std::string>("path");
    args.finish();
  }

  Lane lane() const override { return Lane::Files; }

  Json run(Runtime&, const JobContext& context) override { return describeHeader(readHeader(path_, context)); }

 private:
  std::string path_;
};

}  // namespace

std::unique_ptr<Operation> makeReadHeaderOperation(const Json& options) {
  return std::make_unique<ReadHeaderOperation>(options);
}

}  // namespace mlabel
