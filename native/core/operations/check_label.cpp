// What a label file holds and how it lies on its image.
#include "labels/label_facts.hpp"
#include "operations/operation.hpp"

namespace mlabel {
namespace {

class CheckLabelOperation : public SimpleOperation {
 public:
  explicit CheckLabelOperation(const Json& options) {
    const Args args("checkLabel", options);
    label_ = args.require<std::string>("label");
    image_ = args.require<std::string>("image");
    args.finish();
  }

  Lane lane() const override { return Lane::Files; }

  Json run(Runtime&, const JobContext& context) override {
    const LabelFacts facts = labelFacts(label_, image_, context);
    Json answer = {{"placement", nameOf(facts.placement.kind)},
                   {"layers", Json::array()},
                   {"overlaps", Json::array()},
                   {"vanished", facts.vanished}};
    for (const auto& counts : facts.layers) {
      Json layer = Json::object();
      for (const auto& [value, voxels] : counts) layer[std::to_string(value)] = voxels;
      answer["layers"].push_back(std::move(layer));
    }
    for (const auto& [pair, voxels] : facts.overlaps) {
      const auto& [a, valueA, b, valueB] = pair;
      answer["overlaps"].push_back({{"layers", {a, b}}, {"values", {valueA, valueB}}, {"voxels", voxels}});
    }
    return answer;
  }

 private:
  std::string label_;
  std::string image_;
};

}  // namespace

std::unique_ptr<Operation> makeCheckLabelOperation(const Json& options) {
  return std::make_unique<CheckLabelOperation>(options);
}

}  // namespace mlabel
