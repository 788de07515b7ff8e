// Files that lie: a typed error, before memory is asked for.
#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <zlib.h>

#include <cstring>
#include <limits>

#include "golden.hpp"
#include "image/image_file.hpp"
#include "temporary_folder.hpp"

using namespace mlabel;
using namespace mlabel::test;

namespace {

std::string goodNifti() { return readText(goldenPath("images/type_int16.nii")); }
std::string goodNrrd() { return readText(goldenPath("images/lps_raw.nrrd")); }

template <class T>
std::string with(std::string bytes, size_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof value);
  return bytes;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string gzip(const std::string& bytes) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string codeOf(const std::string& bytes, const ReadLimits& limits = {}) {
  TemporaryFolder folder;
  const std::string path = folder / "image.nii";
  writeBytes(path, bytes);
  try {
    readImage(path, {}, limits);
  } catch (const Error& error) {
    return std::string(toString(error.code()));
  }
  return "it was read";
}

}  // namespace

TEST_CASE("a truncated file is refused wherever it ends") {
  for (const std::string& whole :
       {goodNifti(), goodNrrd(), gzip(goodNifti()), readText(goldenPath("images/lps_gzip.nrrd"))}) {
    for (size_t size = 0; size < whole.size(); size += size < 400 ? 1 : 7) {
      CAPTURE(size);
      CHECK(codeOf(whole.substr(0, size)) == "INVALID_FILE");
    }
  }
}

TEST_CASE("sizes that cannot be are refused before memory is asked for") {
  const auto giant = std::numeric_limits<int16_t>::max();
  CHECK(codeOf(with(with(with(goodNifti(), 42, giant), 44, giant), 46, giant)) == "TOO_LARGE");
  CHECK(codeOf(with(goodNifti(), 42, int16_t{0})) == "INVALID_FILE");
  CHECK(codeOf(with(goodNifti(), 42, int16_t{-5})) == "INVALID_FILE");
  CHECK(codeOf(with(goodNifti(), 42, int16_t{3000})) == "INVALID_FILE");
  CHECK(codeOf(with(goodNifti(), 40, int16_t{0})) == "INVALID_FILE");
  CHECK(codeOf(with(goodNifti(), 40, int16_t{9})) == "INVALID_FILE");
  CHECK(codeOf(goodNifti(), {.maxBytes = 60 * 4 - 1}) == "TOO_LARGE");

  std::string second = readText(goldenPath("images/type_int16.nii"));
  second = std::string(540, '\0');
  second = with(second, 0, int32_t{540});
  std::memcpy(second.data() + 4, "n+2\0\r\n\032\n", 8);
  second = with(with(second, 12, int16_t{4}), 16, int64_t{3});
  for (size_t axis = 1; axis <= 3; ++axis) second = with(second, 16 + 8 * axis, int64_t{1} << 62);
  CHECK(codeOf(second) == "INVALID_FILE");

  CHECK(codeOf(replaced(goodNrrd(), "sizes: 5 4 3", "sizes: 4611686018427387904 4611686018427387904 3")) ==
        "INVALID_FILE");
  CHECK(codeOf(replaced(goodNrrd(), "sizes: 5 4 3", "sizes: 99999999999999999999 4 3")) == "INVALID_FILE");
  CHECK(codeOf(replaced(goodNrrd(), "sizes: 5 4 3", "sizes: 5 -4 3")) == "INVALID_FILE");
  CHECK(codeOf(replaced(goodNrrd(), "sizes: 5 4 3", "sizes: 5 4")) == "INVALID_FILE");
}

TEST_CASE("a small gzip file that promises a giant is refused, and one that holds more than it says is cut off") {
  const std::string giant = gzip(with(with(goodNifti(), 42, int16_t{2000}), 44, int16_t{2000}));
  CHECK(codeOf(giant) == "INVALID_FILE");

  TemporaryFolder folder;
  writeBytes(folder / "bomb", gzip(goodNifti() + std::string(50 << 20, '\0')));
  CHECK(readImage(folder / "bomb").data.numel() == 60);
}

TEST_CASE("positions that are not finite or flat are refused") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  // Without a sound quaternion MONAI's repair has nothing to fall back on.
  const std::string sformOnly = with(goodNifti(), 256, nan);
  CHECK(codeOf(with(sformOnly, 280, nan)) == "INVALID_FILE");
  CHECK(codeOf(with(with(with(sformOnly, 280, 0.0F), 284, 0.0F), 288, 0.0F)) == "INVALID_FILE");
  CHECK(codeOf(replaced(goodNrrd(), "space origin: (", "space origin: (nan")) == "INVALID_FILE");
}

TEST_CASE("what cannot be read is named") {
  CHECK(codeOf(with(goodNifti(), 70, int16_t{32})) == "UNSUPPORTED");
  CHECK(codeOf(with(goodNifti(), 70, int16_t{128})) == "UNSUPPORTED");
  CHECK(codeOf(with(goodNifti(), 344, std::array<char, 4>{'n', 'i', '1', '\0'})) == "UNSUPPORTED");
  CHECK(codeOf(with(goodNifti(), 108, 1e20F)) == "INVALID_FILE");
  CHECK(codeOf(with(goodNifti(), 108, 1e6F)) == "INVALID_FILE");
  CHECK(codeOf(replaced(goodNrrd(), "encoding: raw", "encoding: bzip2")) == "UNSUPPORTED");
  CHECK(codeOf(replaced(goodNrrd(), "encoding: raw", "data file: /etc/passwd\nencoding: raw")) == "UNSUPPORTED");
  CHECK(codeOf(replaced(goodNrrd(), "endian: little", "endian: middle")) == "INVALID_FILE");
  CHECK(codeOf(replaced(goodNrrd(), "type: int16", "type: block")) == "UNSUPPORTED");
  CHECK(codeOf("NRRD0004\n" + std::string(5 << 20, '#')) == "INVALID_FILE");
  CHECK(codeOf("hello, this is not an image") == "INVALID_FILE");
  CHECK(codeOf("") == "INVALID_FILE");
}

TEST_CASE("gzip: a wrong checksum is refused, what follows the last member is not looked at") {
  const std::string good = gzip(goodNifti());
  std::string damaged = good;
  damaged[damaged.size() - 8] ^= 1;
  CHECK(codeOf(damaged) == "INVALID_FILE");
  CHECK(codeOf(good + std::string(1000, '\0')) == "it was read");
  CHECK(codeOf(good + "\x1f not a member") == "it was read");
}

TEST_CASE("a file that is not there, a folder, a pipe that nobody writes to") {
  TemporaryFolder folder;
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_AS(readImage(folder / "pipe"), Error);
  CHECK_THROWS_WITH_AS(readImage(folder / "nothing.nii"), doctest::Contains("cannot open"), Error);
  CHECK_THROWS_AS(readImage(folder.path().string()), Error);
}
