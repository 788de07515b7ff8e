// A training step of the spleen model: forward, DiceCE, backward, AdamW. bench/peer/train_step.py is MONAI's.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <cstdio>
#include <thread>

#include "bench.hpp"
#include "training/training_step.hpp"

namespace mlabel::bench {
namespace {

void measure(int64_t batch, int64_t side) {
  at::manual_seed(0);
  const auto network = makeNetwork({{"name", "UNet"},
                                    {"spatial_dims", 3},
                                    {"in_channels", 1},
                                    {"out_channels", 2},
                                    {"channels", {16, 32, 64, 128, 256}},
                                    {"strides", {2, 2, 2, 2}},
                                    {"num_res_units", 2},
                                    {"norm", "batch"}},
                                   at::make_generator<at::CPUGeneratorImpl>(0));
  network->train();
  const auto objective = makeObjective(
      {},
      makeLoss(
          {{"name", "DiceCELoss"}, {"to_onehot_y", true}, {"softmax", true}, {"squared_pred", true}, {"batch", true}}));
  const auto optimizer =
      makeOptimizer({{"name", "AdamW"}, {"lr", 1e-3}, {"weight_decay", 1e-5}}, network->parameters());
  const at::Tensor images = at::rand({batch, 1, side, side, side});
  const Batch data{{"image", images}, {"label", images.gt(0.8).to(at::kFloat)}};
  TrainingStep step(network, *objective, *optimizer, c10::kCPU);

  double last = 0;
  const auto run = [&] { last = step.run(data, {}).loss; };
  const double first = (run(), last);
  run();
  const std::vector<double> seconds = timed(8, run);
  std::printf("training step, batch %ld of %ld^3: best %.3f s, median %.3f s, loss %.6f -> %.6f\n", batch, side,
              seconds.front(), seconds[seconds.size() / 2], first, last);
}

}  // namespace

int train_step(const Arguments& arguments) {
  const int64_t batch = arguments.size() > 0 ? std::stoll(arguments[0]) : 2;
  const int64_t side = arguments.size() > 1 ? std::stoll(arguments[1]) : 96;
  // On a thread of its own as in the server: the C library gives it an arena of its own, which behaves differently.
  std::thread(measure, batch, side).join();
  return 0;
}

}  // namespace mlabel::bench
