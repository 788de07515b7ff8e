#include <doctest/doctest.h>

#include "run_operation.hpp"
#include "runtime/runtime.hpp"

using namespace mlabel;

namespace {

/// The complaint; empty where there is none.
std::string complaint(const Json& options) {
  Runtime runtime;
  try {
    const Json answer = test::runOperation("check", options, runtime).json;
    CHECK(answer == Json::object());
    return "";
  } catch (const Error& error) {
    CHECK((error.code() == ErrorCode::InvalidInput));
    return error.what();
  }
}

const Json load = {{"name", "LoadImaged"}, {"keys", "image"}};
const Json flip = {{"name", "RandFlipd"}, {"keys", "image"}, {"prob", 0.5}};
const Json unet = {{"name", "UNet"},    {"spatial_dims", 3},      {"in_channels", 1},
                   {"out_channels", 2}, {"channels", {4, 8, 16}}, {"strides", {2, 2}}};

Json window(int64_t size) { return {{"name", "SlidingWindowInferer"}, {"roi_size", {size, 16, -1}}}; }

}  // namespace

TEST_CASE("right specs are right, and so are absent ones") {
  CHECK(complaint(Json::object()).empty());
  CHECK(complaint({{"network", unet},
                   {"inferer", window(16)},
                   {"validationInferer", {{"name", "SimpleInferer"}}},
                   {"preTransforms", {load}},
                   {"postTransforms", Json::array()},
                   {"trainTransforms", {load, flip}},
                   {"validationTransforms", {load}},
                   {"loss", {{"name", "DiceLoss"}}},
                   {"optimizer", {{"name", "Adam"}, {"lr", 1e-3}}}})
            .empty());
}

TEST_CASE("a wrong one is said with its place, its name and its argument") {
  Json wide = unet;
  wide["channel"] = 3;
  const Json misspelt = {{"name", "LoadImaged"}, {"keys", "image"}, {"key", "label"}};
  CHECK(complaint({{"network", wide}}) == "network: UNet: channel is not an argument it knows");
  CHECK(complaint({{"network", {{"name", "DiceLoss"}}}}).starts_with("network: \"DiceLoss\" is not a known network"));
  CHECK(complaint({{"inferer", window(0)}, {"loss", {{"name", "UNet"}}}})
            .starts_with("loss: \"UNet\" is not a known loss"));
  CHECK(complaint({{"network", unet}, {"inferer", window(18)}}) ==
        "inferer: SlidingWindowInferer: roi_size 18 is not one of the network's sizes, which are multiples of 4");
  const Json slices = {{"name", "SliceInferer"}, {"roi_size", {18, 16}}};
  CHECK(complaint({{"network", unet}, {"inferer", slices}}) ==
        "inferer: SliceInferer: it leads 2-D networks; this one has spatial_dims 3");
  Json flat = unet;
  flat["spatial_dims"] = 2;
  CHECK(complaint({{"network", flat}, {"inferer", slices}}) ==
        "inferer: SliceInferer: roi_size 18 is not one of the network's sizes, which are multiples of 4");
  CHECK(complaint({{"preTransforms", {load, misspelt}}}) ==
        "preTransforms[1]: LoadImaged: key is not an argument it knows");
  CHECK(complaint({{"postTransforms", {flip}}}) == "postTransforms: must have no random transform");
  CHECK(complaint({{"trainTransforms", load}}).starts_with("trainTransforms: transforms: expected a list"));
  CHECK(complaint({{"optimizer", {{"name", "Adam"}, {"lr", -1}}}}) == "optimizer: Adam: lr must not be negative");
  CHECK_THROWS_WITH_AS(makeOperation("check", {{"colour", 1}}), "check: colour is not an argument it knows", Error);
}
