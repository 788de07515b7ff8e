// What `infer` is asked: InferOptions of lib/engine/types.ts, parsed and checked.
#pragma once

#include <memory>
#include <string>

#include "image/image_file.hpp"
#include "inferers/inferer.hpp"
#include "networks/predictor.hpp"
#include "operations/operation.hpp"
#include "transforms/pipeline.hpp"

namespace mlabel {

/// Throws InvalidInput naming the field.
struct InferOptions {
  explicit InferOptions(const Json& options);

  std::string image;
  /// Keep what is prepared of the image for later requests.
  bool keep = true;
  std::vector<Click> clicks;
  std::string device;
  Precision precision = Precision::Float32;
  Lane lane = Lane::Infer;
  /// Null for a TorchScript file.
  Json network;
  /// Empty for a model without a network: its pre-transforms make the result.
  std::string weights;
  Pipeline preTransforms;
  /// Null without a network.
  std::unique_ptr<Inferer> inferer;
  bool invert = false;
  /// The post-transforms begin with an arg-max (after a softmax, which does not change it) of inverted logits: it is
  /// taken while inverting, and `postTransforms` is what follows.
  bool streamed = false;
  Pipeline postTransforms;
  /// Empty: the file is a buffer of the answer.
  std::string outputPath;
  std::string extension;
  WriteOptions output;
};

}  // namespace mlabel
