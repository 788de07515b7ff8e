#include "inferers/within_memory.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "inferers/collect_logits.hpp"

using namespace mlabel;

namespace {

/// Twice the input; has memory for `most` windows at once.
class SmallPredictor : public Predictor {
 public:
  explicit SmallPredictor(int64_t most) : most_(most) {}
  at::Tensor predict(const at::Tensor& input, const JobContext&) override {
    // As a GPU says it.
    TORCH_CHECK_WITH(OutOfMemoryError, input.size(0) <= most_, "CUDA out of memory");
    return input * 2;
  }
  std::string backend() const override { return "test"; }
  int64_t bytes() const override { return 0; }

 private:
  int64_t most_;
};

const Json spec = {{"name", "SlidingWindowInferer"}, {"roi_size", 4}, {"sw_batch_size", 4}};

}  // namespace

TEST_CASE("an inference that runs out of memory is tried again window by window") {
  const at::Tensor image = at::rand({1, 9, 8, 6});
  int rooms = 0;
  CollectLogits logits({9, 8, 6}, c10::kCPU);
  const auto frugal = [&](int64_t most) {
    SmallPredictor predictor(most);
    return inferWithinMemory(*makeInferer(spec), image, {predictor, c10::kCPU}, logits, [&] { ++rooms; }, {});
  };
  CHECK_FALSE(frugal(4));
  CHECK(rooms == 0);
  const at::Tensor whole = logits.result({}).clone();
  CHECK(at::allclose(whole, image * 2));
  CHECK(frugal(1));
  CHECK(rooms == 1);
  CHECK(logits.result({}).equal(whole));
  CHECK_THROWS_WITH_AS(frugal(0), doctest::Contains("out of memory"), c10::OutOfMemoryError);
}
