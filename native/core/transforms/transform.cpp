#include "transforms/transform.hpp"

namespace mlabel {

Keys::Keys(const Args& args) : transform_(args.owner()), names_(args.list<std::string>("keys")) {
  if (names_.empty()) args.invalid("keys", "must name at least one key");
}

void RandomTransform::apply(Sample&, const JobContext&) const {
  throw Error(ErrorCode::Internal, "a random transform was run without a generator");
}

}  // namespace mlabel
