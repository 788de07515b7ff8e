// An inference alone, and beside a training on a thread of low priority: how much slower does a click get?
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <atomic>
#include <cstdio>
#include <thread>

#include "bench.hpp"
#include "networks/predictor.hpp"
#include "runtime/thread_priority.hpp"
#include "training/training_step.hpp"

namespace mlabel::bench {
namespace {

std::shared_ptr<Network> spleenNetwork() {
  return makeNetwork({{"name", "UNet"},
                      {"spatial_dims", 3},
                      {"in_channels", 1},
                      {"out_channels", 2},
                      {"channels", {16, 32, 64, 128, 256}},
                      {"strides", {2, 2, 2, 2}},
                      {"num_res_units", 2},
                      {"norm", "batch"}},
                     at::make_generator<at::CPUGeneratorImpl>(0));
}

void trainUntil(const std::atomic<bool>& stop, std::atomic<int>& steps) {
  lowerThreadPriority();
  const auto network = spleenNetwork();
  network->train();
  const auto objective =
      makeObjective({}, makeLoss({{"name", "DiceCELoss"}, {"to_onehot_y", true}, {"softmax", true}}));
  const auto optimizer = makeOptimizer({{"name", "AdamW"}, {"lr", 1e-4}}, network->parameters());
  const at::Tensor images = at::rand({4, 1, 96, 96, 96});
  const Batch batch{{"image", images}, {"label", images.gt(0.8).to(at::kFloat)}};
  TrainingStep step(network, *objective, *optimizer, c10::kCPU);
  for (; !stop; ++steps) step.run(batch, {});
}

}  // namespace

int beside_training(const Arguments&) {
  const auto network = spleenNetwork();
  network->eval();
  const auto predictor = makePredictor(network, c10::kCPU, Precision::Float32);
  const at::Tensor window = at::rand({1, 1, 96, 96, 96});
  const c10::InferenceMode inference;
  const auto predict = [&] { predictor->predict(window, {}); };
  predict();
  const std::vector<double> alone = timed(40, predict);

  std::atomic<bool> stop = false;
  std::atomic<int> steps = 0;
  std::thread training([&] { trainUntil(stop, steps); });
  while (steps < 2) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const std::vector<double> beside = timed(100, predict);
  stop = true;
  training.join();

  const auto median = [](const std::vector<double>& sorted) { return sorted[sorted.size() / 2]; };
  std::printf("window of 96^3 (%s): alone median %.3f s, beside a training median %.3f s (max %.3f s): %.2fx\n",
              predictor->backend().c_str(), median(alone), median(beside), beside.back(),
              median(beside) / median(alone));
  return 0;
}

}  // namespace mlabel::bench
