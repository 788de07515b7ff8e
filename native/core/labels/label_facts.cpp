#include "labels/label_facts.hpp"

#include <ATen/ATen.h>

#include "image/image_file.hpp"
#include "image/read_label.hpp"

namespace mlabel {
namespace {

/// Segmentations of whole bodies have some hundred; an image that was taken for a label has thousands.
constexpr size_t mostValues = 1000;
constexpr int64_t mostLayers = 256;

/// Counts values run by run: a label is mostly runs.
class Counter {
 public:
  Counter(const std::string& path, std::map<int64_t, int64_t>& counts) : path_(path), counts_(counts) {}

  template <class Value>
  void add(const Value* values, size_t count) {
    for (size_t begin = 0; begin < count;) {
      size_t end = begin + 1;
      while (end < count && values[end] == values[begin]) ++end;
      if (values[begin] != 0) counts_[values[begin]] += static_cast<int64_t>(end - begin);
      begin = end;
      if (counts_.size() > mostValues) {
        throw Error(ErrorCode::UnfitLabel,
                    path_ + ": holds more than " + std::to_string(mostValues) +
                        " different values, as an image does; a label has one value for each structure");
      }
    }
  }

  void add(const at::Tensor& layer) {
    const at::Tensor voxels = layer.permute({2, 1, 0}).contiguous();
    const auto count = static_cast<size_t>(voxels.numel());
    voxels.scalar_type() == at::kByte ? add(voxels.const_data_ptr<uint8_t>(), count)
                                      : add(voxels.const_data_ptr<int32_t>(), count);
  }

 private:
  const std::string& path_;
  std::map<int64_t, int64_t>& counts_;
};

void countOverlaps(const std::string& path, const at::Tensor& layers, LabelFacts& facts, const JobContext& context) {
  const at::Tensor voxels = layers.permute({0, 3, 2, 1}).to(at::kInt).contiguous();
  const int64_t count = voxels[0].numel();
  const int32_t* values = voxels.const_data_ptr<int32_t>();
  for (int64_t a = 0; a < layers.size(0); ++a) {
    for (int64_t b = a + 1; b < layers.size(0); ++b) {
      const int32_t* first = values + a * count;
      const int32_t* second = values + b * count;
      for (int64_t i = 0; i < count; ++i) {
        if (i % 65536 == 0) context.check();
        if (first[i] != 0 && second[i] != 0) ++facts.overlaps[{a, first[i], b, second[i]}];
      }
      if (facts.overlaps.size() > mostValues) {
        throw Error(ErrorCode::UnfitLabel,
                    path + ": has layers that overlap in more than " + std::to_string(mostValues) + " ways");
      }
    }
  }
}

void findVanished(const std::string& path, const at::Tensor& layers, LabelFacts& facts, const JobContext& context) {
  for (int64_t layer = 0; layer < layers.size(0); ++layer) {
    std::map<int64_t, int64_t> left;
    // One by one: on the grid of their image, all of them may be too much.
    Counter(path, left).add(place(layers.narrow(0, layer, 1), facts.placement, context)[0]);
    for (const auto& [value, voxels] : facts.layers[static_cast<size_t>(layer)]) {
      if (!left.contains(value)) facts.vanished.push_back(value);
    }
  }
}

}  // namespace

LabelFacts labelFacts(const std::string& label, const std::string& image, const JobContext& context) {
  const ImageHeader header = readHeader(label, context);
  if (header.channels > mostLayers) {
    throw Error(ErrorCode::UnfitLabel, label + ": has " + std::to_string(header.channels) + " layers; up to " +
                                           std::to_string(mostLayers) + " can be compared");
  }
  LabelFacts facts;
  facts.placement = placementOf(header, readHeader(image, context));
  facts.layers.resize(static_cast<size_t>(header.channels));
  if (header.channels == 1 && facts.placement.kind != Placement::Kind::Resampled) {
    Counter counter(label, facts.layers[0]);
    streamLabel(
        label, [&](const int32_t* values, size_t count, uint64_t) { counter.add(values, count); }, context);
    return facts;
  }
  const at::Tensor layers = readLabel(label, context).data;
  for (int64_t layer = 0; layer < layers.size(0); ++layer) {
    context.check();
    Counter(label, facts.layers[static_cast<size_t>(layer)]).add(layers[layer]);
  }
  if (layers.size(0) > 1) countOverlaps(label, layers, facts, context);
  if (facts.placement.kind == Placement::Kind::Resampled) findVanished(label, layers, facts, context);
  return facts;
}

}  // namespace mlabel
