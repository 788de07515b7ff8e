// Segments of a `.seg.nrrd`: what 3D Slicer has to find in the header.
#include "image/segmentation.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "golden.hpp"
#include "image/image_file.hpp"
#include "temporary_folder.hpp"

using namespace mlabel;
using namespace mlabel::test;

namespace {

std::vector<Segment> parse(const char* text) {
  const Json json = parseJson(text);
  return parseSegments(Args("output", json), "segments");
}

/// 5 × 4 × 3 voxels: 2 in a box, 300 in one voxel.
at::Tensor labels() {
  at::Tensor voxels = at::zeros({5, 4, 3}, at::kInt);
  voxels.slice(0, 1, 3).slice(1, 2, 4).slice(2, 0, 2).fill_(2);
  voxels[4][0][2] = 300;
  return voxels;
}

bool hasLine(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("each segment has its name, value, colour and extent") {
  const std::string text = segmentationLines({{"spleen", 2, {0.5, 0.25, 1}}, {"liver", 300, {0, 0, 0}}}, labels());
  for (const char* line : {"Segment0_Name:=spleen", "Segment0_LabelValue:=2", "Segment0_Layer:=0",
                           "Segment0_ID:=Segment_2", "Segment0_Color:=0.5 0.25 1", "Segment0_Extent:=1 2 2 3 0 1",
                           "Segment1_Name:=liver", "Segment1_LabelValue:=300", "Segment1_Extent:=4 4 0 0 2 2",
                           "Segmentation_MasterRepresentation:=Binary labelmap"}) {
    CAPTURE(line);
    CHECK(hasLine(text, line));
  }
}

TEST_CASE("an empty segment has the extent of the volume, and names are escaped") {
  const std::string text = segmentationLines({{"a\\b\nc", 7, {1, 1, 1}}}, labels());
  CHECK(hasLine(text, "Segment0_Extent:=0 4 0 3 0 2"));
  CHECK(hasLine(text, R"(Segment0_Name:=a\\b\nc)"));
}

TEST_CASE("segments are read from JSON; a value names one of them") {
  const auto segments = parse(R"({"segments": [{"name": "Milz", "value": 3, "color": [0, 0.5, 1]}]})");
  REQUIRE(segments.size() == 1);
  CHECK(segments[0].name == "Milz");
  CHECK(segments[0].value == 3);
  CHECK(segments[0].color[1] == 0.5);
  CHECK(parse("{}").empty());
  CHECK_THROWS_WITH_AS(parse(R"({"segments": [{"name": "a", "value": 0, "color": [0, 0, 0]}]})"),
                       doctest::Contains("must differ from 0"), Error);
  CHECK_THROWS_WITH_AS(
      parse(
          R"({"segments": [{"name": "a", "value": 1, "color": [0, 0, 0]}, {"name": "b", "value": 1, "color": [0, 0, 0]}]})"),
      doctest::Contains("not be 1"), Error);
}

TEST_CASE("the lines stand in the header of the file, which reads as before") {
  TemporaryFolder folder;
  Volume volume;
  volume.data = labels().unsqueeze(0);
  writeImage(folder / "a.seg.nrrd", volume,
             {.dtype = "uint16", .compress = true, .segments = {{"spleen", 2, {1, 0, 0}}}});
  CHECK(hasLine(readText(folder / "a.seg.nrrd"), "Segment0_Name:=spleen"));
  CHECK(at::equal(readImage(folder / "a.seg.nrrd").data, volume.data.to(at::kFloat)));
}
