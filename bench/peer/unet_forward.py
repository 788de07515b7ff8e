"""UNet forward on one patch: MONAI in Python (eager, float32) beside core_bench, same weights, same run, taking turns.

usage: unet_forward.py CORE_BENCH [SIDE …]      (Python with torch and MONAI 1.6)
"""
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from monai.networks.nets import UNet

ARGUMENTS = dict(
    spatial_dims=3, in_channels=1, out_channels=2, channels=[16, 32, 64, 128, 256], strides=[2, 2, 2, 2],
    num_res_units=2, norm="batch",
)
ROUNDS, REPEATS = 3, 7


def trained_like(network):
    """Running statistics and slopes as after a training, so that folding them is put to the test."""
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm3d):
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.2)
        if isinstance(module, torch.nn.PReLU):
            module.weight.data.uniform_(0.05, 0.4)
    return network.eval()


def main():
    bench, sides = sys.argv[1], [int(side) for side in sys.argv[2:]] or [96, 160]
    torch.manual_seed(0)
    network = trained_like(UNet(**ARGUMENTS))
    folder = Path(tempfile.mkdtemp())
    (folder / "spec.json").write_text(json.dumps({"name": "UNet", **ARGUMENTS}))
    torch.save(network.state_dict(), folder / "weights.pt")
    for side in sides:
        patch = torch.rand(1, 1, side, side, side)
        patch.numpy().tofile(folder / "patch.f32")
        times = {"MONAI": [], "float32": [], "bfloat16": []}
        with torch.inference_mode():
            expected = network(patch)
            for _ in range(ROUNDS):
                for _ in range(REPEATS):
                    start = time.perf_counter()
                    network(patch)
                    times["MONAI"].append(time.perf_counter() - start)
                for precision in ("float32", "bfloat16"):
                    command = [bench, "unet", folder / "spec.json", folder / "weights.pt", folder / "patch.f32",
                               str(side), folder / f"{precision}.f32", str(REPEATS), precision]
                    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                    times[precision].append((answer["min"], answer["median"]))
        peer_min, peer_median = min(times["MONAI"]), statistics.median(times["MONAI"])
        print(f"{side}³ MONAI    min {peer_min:.3f} s  median {peer_median:.3f} s")
        for precision in ("float32", "bfloat16"):
            least = min(t[0] for t in times[precision])
            median = statistics.median(t[1] for t in times[precision])
            logits = torch.from_file(str(folder / f"{precision}.f32"), size=expected.numel()).view_as(expected)
            changed = (logits.argmax(1) != expected.argmax(1)).sum().item()
            print(f"{side}³ {precision:8} min {least:.3f} s  median {median:.3f} s  {peer_min / least:.2f}× {peer_median / median:.2f}×"
                  f"  largest difference {(logits - expected).abs().max():.1e}  arg-max differs at {changed} of {side**3}")


main()
