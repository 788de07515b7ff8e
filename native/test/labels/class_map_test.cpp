// Class maps against ATen's arg-max, which they replace.
#include "labels/class_map.hpp"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <limits>

#include "runtime/device.hpp"

using namespace mlabel;

namespace {

constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();
constexpr float infinite = std::numeric_limits<float>::infinity();

/// Few different values, so that there are ties, and a few that are no numbers.
at::Tensor hardLogits(int64_t classes, at::IntArrayRef space) {
  std::vector<int64_t> shape{classes};
  shape.insert(shape.end(), space.begin(), space.end());
  at::Tensor logits = at::randint(-4, 5, shape).to(at::kFloat) / 2;
  const at::Tensor chance = at::rand(shape);
  logits = logits.masked_fill(chance.lt(0.02), notANumber).masked_fill(chance.gt(0.98), infinite);
  return logits.masked_fill(chance.gt(0.99), -infinite);
}

}  // namespace

TEST_CASE("the first of equals wins; one channel by its sign") {
  const at::Tensor logits = at::tensor({0.0f, 2.0f, 1.0f, 0.0f, 1.0f, 3.0f}).view({2, 3});
  CHECK(classMap(logits).equal(at::tensor({0, 0, 1}).to(at::kByte)));
  CHECK(
      classMap(at::tensor({-0.5f, 0.0f, 0.5f, notANumber}).view({1, 4})).equal(at::tensor({0, 1, 1, 0}).to(at::kByte)));
}

TEST_CASE("a label means its class numbers, also one-hot") {
  const at::Tensor classes = at::tensor({0.0f, 2.0f, 1.0f});
  CHECK(labelMap(classes.view({1, 3})).equal(classes));
  const at::Tensor oneHot = at::tensor({1.0f, 0.0f, 0.0f, 0.0f, 0.0f, 1.0f, 0.0f, 1.0f, 0.0f}).view({3, 3});
  CHECK(labelMap(oneHot).equal(classes.to(at::kByte)));
}

TEST_CASE("class maps are the arg-max, in every layout and type, with ties and NaN") {
  at::manual_seed(1);
  for (const int64_t classes : {2, 3, 17, 256, 257, 300}) {
    for (const std::vector<int64_t>& space : {std::vector<int64_t>{13, 7, 5}, {5000}, {1, 1}, {3, 0, 2}}) {
      const at::Tensor logits = hardLogits(classes, space);
      const at::Tensor last = logits.movedim(0, -1).contiguous().movedim(-1, 0);
      const at::Tensor turned = logits.transpose(1, -1).contiguous().transpose(1, -1);
      const at::Tensor part = at::cat({logits, logits}, -1).narrow(-1, 0, space.back());
      for (const at::ScalarType type : {at::kFloat, at::kBFloat16, at::kDouble}) {
        INFO(classes, " classes, ", space.size(), " axes, ", c10::toString(type));
        const at::Tensor expected = logits.to(type).argmax(0);
        for (const at::Tensor& layout : {logits, last, turned, part}) {
          const at::Tensor map = classMap(layout.to(type));
          CHECK(map.is_contiguous());
          CHECK((map.scalar_type() == (classes <= 256 ? at::kByte : at::kShort)));
          CHECK(map.to(at::kLong).equal(expected));
        }
      }
    }
  }
}

TEST_CASE("class maps are the same on every device") {
  at::manual_seed(2);
  const at::Tensor logits = hardLogits(4, {9, 8, 7});
  for (const c10::Device device : devices()) CHECK(classMap(logits.to(device)).cpu().equal(classMap(logits)));
}
