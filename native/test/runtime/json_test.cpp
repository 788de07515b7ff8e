// Options by name: types are what they say they are.
#include "runtime/json.hpp"

#include <doctest/doctest.h>

using namespace mlabel;

namespace {

template <class T>
bool takes(const char* text) {
  const Json options = {{"field", Json::parse(text)}};
  try {
    Args("test", options).require<T>("field");
    return true;
  } catch (const Error& error) {
    CHECK((error.code() == ErrorCode::InvalidInput));
    CHECK(std::string(error.what()).starts_with("test: field has the wrong type: "));
    return false;
  }
}

}  // namespace

TEST_CASE("whole numbers are whole, and in range") {
  CHECK(takes<int64_t>("4"));
  CHECK(takes<int64_t>("-9223372036854775808"));
  for (const char* text : {"4.5", "4.0", "1e300", "9223372036854775808", "true", "\"4\"", "[4]"}) {
    CAPTURE(text);
    CHECK_FALSE(takes<int64_t>(text));
  }
  CHECK(takes<int>("2147483647"));
  CHECK_FALSE(takes<int>("2147483648"));
}

TEST_CASE("so are the elements of lists") {
  CHECK(takes<std::vector<int64_t>>("[96, 96, 96]"));
  CHECK_FALSE(takes<std::vector<int64_t>>("[96.7]"));
  CHECK_FALSE(takes<std::vector<std::vector<int64_t>>>("[[1, 2.5]]"));
  CHECK(takes<std::vector<double>>("[1, 2.5]"));
  CHECK_FALSE(takes<std::vector<double>>("[true]"));
}

TEST_CASE("numbers are numbers, and yes or no is no number") {
  CHECK(takes<double>("3"));
  CHECK(takes<double>("3.5"));
  CHECK_FALSE(takes<double>("true"));
  CHECK(takes<bool>("true"));
  CHECK_FALSE(takes<bool>("1"));
}
