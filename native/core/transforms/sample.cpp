#include "transforms/sample.hpp"

#include "runtime/error.hpp"

namespace mlabel {

SampleImage& Sample::at(const std::string& key, const std::string& who) {
  const auto found = images.find(key);
  if (found == images.end()) throw Error(ErrorCode::InvalidInput, who + ": there is no image \"" + key + "\"");
  return found->second;
}

}  // namespace mlabel
