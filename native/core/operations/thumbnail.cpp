// A small picture of an image, for lists: its middle axial slice as radiologists look at it.
#include <ATen/ATen.h>

#include <algorithm>

#include "operations/operation.hpp"
#include "runtime/runtime.hpp"
#include "transforms/pipeline.hpp"

namespace mlabel {
namespace {

/// Hounsfield units below which only air lies: an image that has them is taken for a CT.
constexpr double air = -500;
/// The abdominal window, from black to white.
constexpr std::pair<double, double> softTissue{-160, 240};

/// What is black and what is white in a slice.
std::pair<double, double> window(const at::Tensor& slice) {
  if (slice.min().item<double>() < air) return softTissue;
  const at::Tensor ends = at::quantile(slice.flatten(), at::tensor({0.01, 0.99}, at::kFloat));
  return {ends[0].item<double>(), ends[1].item<double>()};
}

/// `{ path, size }` → `{ width, height }` and the buffer `pixels`: rows from anterior to posterior, the patient's right on the left,
/// grey from 0 to 255, the longer side `size` pixels, the sides in the proportion of millimetres.
class ThumbnailOperation : public Operation {
 public:
  explicit ThumbnailOperation(const Json& options) {
    const Args args("thumbnail", options);
    path_ = args.require<std::string>("path");
    size_ = args.require<int64_t>("size");
    args.finish();
    if (size_ < 1 || size_ > 1024) args.invalid("size", "must be from 1 to 1024");
  }

  std::vector<Stage> stages() override {
    const auto work = [this](Runtime& runtime, const JobContext& context, Answer& answer) {
      runtime.withinMemory(c10::kCPU, [&] { draw(context, answer); });
    };
    return {{Lane::Pictures, work}};
  }

 private:
  void draw(const JobContext& context, Answer& answer) const {
    Sample sample;
    sample.files["image"] = path_;
    const Pipeline load(Json::array({{{"name", "LoadImaged"}, {"keys", "image"}},
                                     {{"name", "Orientationd"}, {"keys", "image"}, {"axcodes", "LPS"}}}));
    load.applyDeterministic(sample, context);
    const SampleImage& image = sample.at("image", "thumbnail");
    const at::Tensor slice = image.data[0].select(2, image.data.size(3) / 2).t().nan_to_num(0, 0, 0);

    const Vector3 spacing = image.affine.spacing();
    const double width = spacing[0] * static_cast<double>(slice.size(1));
    const double height = spacing[1] * static_cast<double>(slice.size(0));
    const double scale = static_cast<double>(size_) / std::max(width, height);
    const int64_t columns = std::max<int64_t>(1, std::llround(width * scale));
    const int64_t rows = std::max<int64_t>(1, std::llround(height * scale));

    const at::Tensor small = at::adaptive_avg_pool2d(slice.unsqueeze(0), {rows, columns});
    const auto [black, white] = window(small);
    const double contrast = 255 / std::max(white - black, 1e-6);
    answer.json = {{"width", columns}, {"height", rows}};
    answer.buffers["pixels"] = bufferOf(((small - black) * contrast).clamp(0, 255).round().to(at::kByte));
  }

  std::string path_;
  int64_t size_;
};

}  // namespace

std::unique_ptr<Operation> makeThumbnailOperation(const Json& options) {
  return std::make_unique<ThumbnailOperation>(options);
}

}  // namespace mlabel
