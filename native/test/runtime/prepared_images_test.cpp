#include "runtime/prepared_images.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "image/image_file.hpp"
#include "temporary_folder.hpp"

using namespace mlabel;

namespace {

const Json load = {{"name", "LoadImaged"}, {"keys", "image"}};
const Json channel = {{"name", "EnsureChannelFirstd"}, {"keys", "image"}};
const Json scale = {{"name", "ScaleIntensityd"}, {"keys", "image"}};
const Json grow = {{"name", "GrowFromClicksd"}, {"keys", "image"}, {"classes", 2}, {"tolerance", 1}, {"reach", 1}};

/// Zeros on three faces, `value` elsewhere.
void write(const std::string& path, float value, int64_t side = 4) {
  Volume volume;
  volume.data = at::zeros({1, side, side, side});
  volume.data.narrow(1, 1, side - 1).narrow(2, 1, side - 1).narrow(3, 1, side - 1).fill_(value);
  volume.affine = {{{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}}};
  volume.header.affine = volume.affine;
  volume.header.shape = {side, side, side};
  writeImage(path, volume, {});
}

struct Prepared {
  Sample sample;
  /// Names of the transforms that ran for it.
  std::string ran;

  double largest() const { return sample.images.at("image").data.max().item<double>(); }
};

Prepared prepare(PreparedImages& images, const std::string& path, const Json& transforms,
                 const std::vector<Click>& clicks = {}, bool keep = true) {
  Prepared prepared;
  prepared.sample.files["image"] = path;
  prepared.sample.clicks = clicks;
  Timings timings;
  images.prepare(prepared.sample, Pipeline(transforms), keep, {}, &timings);
  for (const auto& [name, seconds] : timings) prepared.ran += name + " ";
  return prepared;
}

}  // namespace

TEST_CASE("an image is kept for an equal prefix, and read again when its file is another") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "a.nii";
  write(path, 5);
  PreparedImages images;
  CHECK(prepare(images, path, {load, channel}).ran == "LoadImaged EnsureChannelFirstd ");
  CHECK(prepare(images, path, {load, channel}).ran.empty());
  CHECK(prepare(images, path, {load, channel}).largest() == 5);
  CHECK(prepare(images, path, {load, channel, scale}).ran == "LoadImaged EnsureChannelFirstd ScaleIntensityd ");
  write(path, 7);
  CHECK(prepare(images, path, {load, channel}).largest() == 7);
  images.release();
  CHECK(images.bytes() == 0);
  CHECK(prepare(images, path, {load, channel}).ran == "LoadImaged EnsureChannelFirstd ");
  CHECK_THROWS_AS(prepare(images, folder / "absent.nii", {load}), Error);
}

TEST_CASE("clicks are the request's own, and so is what reads them") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "a.nii";
  write(path, 5);
  PreparedImages images;
  const auto labelled = [&](double i) {
    const Prepared prepared = prepare(images, path, {load, channel, grow}, {{{i, 2, 2}, 1}});
    CHECK(prepared.sample.images.at("pred").data[1].argmax().item<int64_t>() == static_cast<int64_t>(i) * 16 + 10);
    return prepared.ran;
  };
  CHECK(labelled(1) == "LoadImaged EnsureChannelFirstd GrowFromClicksd ");
  CHECK(labelled(3) == "GrowFromClicksd ");
}

TEST_CASE("who changes what it was given does not change what is kept") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "a.nii";
  write(path, 5);
  PreparedImages images;
  prepare(images, path, {load, channel});
  Prepared first = prepare(images, path, {load, channel});
  Pipeline(Json::array({scale})).applyDeterministic(first.sample, {});
  CHECK(first.largest() == 1);
  CHECK(prepare(images, path, {load, channel}).largest() == 5);
}

TEST_CASE("two hundred images stay within the budget; the ones used last are kept") {
  const test::TemporaryFolder folder;
  constexpr int64_t each = 8 * 8 * 8 * 4;
  PreparedImages images([] { return 10 * each + 1; });
  const auto path = [&](int number) { return folder / ("image" + std::to_string(number) + ".nii"); };
  for (int number = 0; number < 200; ++number) {
    write(path(number), static_cast<float>(number + 1), 8);
    CHECK(prepare(images, path(number), {load, channel}).largest() == number + 1);
    CHECK(images.bytes() <= 10 * each);
    CHECK(prepare(images, path(0), {load, channel}).ran.empty());
  }
  CHECK(images.bytes() == 10 * each);
  CHECK(prepare(images, path(199), {load, channel}).ran.empty());
  CHECK(prepare(images, path(191), {load, channel}).ran.empty());
  CHECK_FALSE(prepare(images, path(190), {load, channel}).ran.empty());

  images.release();
  CHECK(prepare(images, path(0), {load, channel}, {}, false).largest() == 1);
  CHECK(images.bytes() == 0);

  PreparedImages none([] { return each - 1; });
  CHECK(prepare(none, path(0), {load, channel}).largest() == 1);
  CHECK(none.bytes() == 0);
}

TEST_CASE("of a crop only the crop is kept") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "a.nii";
  write(path, 5, 16);
  PreparedImages images;
  const Json crop = {{"name", "CropForegroundd"}, {"keys", "image"}, {"source_key", "image"}};
  const Prepared prepared = prepare(images, path, {load, channel, crop});
  const at::Tensor& data = prepared.sample.images.at("image").data;
  CHECK(data.nbytes() == data.storage().nbytes());
  CHECK(images.bytes() == static_cast<int64_t>(data.nbytes()));
}
