#include "transforms/transform.hpp"

namespace mlabel {

void RandomTransform::apply(Sample&, const JobContext&) const {
  throw Error(ErrorCode::Internal, "a random transform was run without a generator");
}

}  // namespace mlabel
