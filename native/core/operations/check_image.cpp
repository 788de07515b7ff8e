// Whether an image can be read to its end.
#include "image/describe_header.hpp"
#include "image/voxel_reader.hpp"
#include "operations/operation.hpp"

namespace mlabel {
namespace {

class CheckImageOperation : public SimpleOperation {
 public:
  explicit CheckImageOperation(const Json& options) {
    const Args args("checkImage", options);
    path_ = args.require<std::string>("path");
    args.finish();
  }

  Lane lane() const override { return Lane::Files; }

  Json run(Runtime&, const JobContext& context) override {
    VoxelReader reader(path_, context, {});
    reader.read([](const char*, size_t, uint64_t) {});
    return describeHeader(reader.header());
  }

 private:
  std::string path_;
};

}  // namespace

std::unique_ptr<Operation> makeCheckImageOperation(const Json& options) {
  return std::make_unique<CheckImageOperation>(options);
}

}  // namespace mlabel
