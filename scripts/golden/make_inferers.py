"""What real MONAI's inferers make of small volumes.

usage: python make_inferers.py [test/golden/inferers]      (Python with torch, MONAI 1.6 and nibabel)

slice_<n>: a convolution led by SliceInferer: input, weight, bias, output (float32), and the arguments in cases.json.
organs: a convolution to 105 classes led by SlidingWindowInferer, on a volume after Orientationd and Spacingd; the logits
inverted, softmax, argmax: image and its affine (cases.json), weight, bias, labels (uint8, the file's grid).
"""

import json
import sys
from pathlib import Path

import numpy
import torch
from monai.data import MetaTensor
from monai.inferers import SliceInferer, SlidingWindowInferer
from monai.transforms import Orientationd, Spacingd

SLICES = {
    "slice_0": {"roi_size": [6, 5], "spatial_dim": 0},
    "slice_1": {"roi_size": [7, 8], "spatial_dim": 1, "overlap": 0.5, "mode": "gaussian", "sw_batch_size": 3},
    "slice_2": {"roi_size": [16, -1], "spatial_dim": 2, "overlap": [0.3, 0.6, 0.1], "padding_mode": "replicate"},
}
ORGANS = {
    "affine": [[0, 0, 1.5, 12], [-0.7, 0, 0, -7.5], [0, 2.0, 0, 30.25], [0, 0, 0, 1]],
    "pixdim": [1, 1.2, 0.9],
    "inferer": {"roi_size": [8, 10, 9], "overlap": 0.4, "mode": "gaussian", "sw_batch_size": 2},
}


def convolution(dimensions, inputs, outputs, generator):
    shape = [outputs, inputs] + [3] * dimensions
    return torch.randn(shape, generator=generator), torch.randn([outputs], generator=generator) / 4


def save(folder, name, tensors):
    (folder / name).mkdir(parents=True, exist_ok=True)
    for key, value in tensors.items():
        numpy.save(folder / name / f"{key}.npy", value.numpy())


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "test/golden/inferers")
    generator = torch.Generator().manual_seed(7)

    for name, args in SLICES.items():
        image = torch.randn([1, 2, 9, 11, 13], generator=generator)
        weight, bias = convolution(2, 2, 3, generator)
        output = SliceInferer(**args)(image, lambda x: torch.nn.functional.conv2d(x, weight, bias, padding=1))
        save(folder, name, {"input": image[0], "weight": weight, "bias": bias, "output": output[0]})

    affine = torch.tensor(ORGANS["affine"], dtype=torch.float64)
    image = torch.randn([1, 16, 9, 14], generator=generator)
    weight, bias = convolution(3, 1, 105, generator)
    steps = [Orientationd("image", axcodes="RAS"), Spacingd("image", pixdim=ORGANS["pixdim"], mode="bilinear")]
    data = {"image": MetaTensor(image, affine=affine)}
    for step in steps:
        data = step(data)
    inferer = SlidingWindowInferer(**ORGANS["inferer"])
    convolve = lambda x: torch.nn.functional.conv3d(x, weight, bias, padding=1)
    logits = inferer(data["image"].as_tensor()[None], convolve)[0]
    data["image"] = MetaTensor(logits, meta=data["image"].meta, applied_operations=data["image"].applied_operations)
    for step in reversed(steps):
        data = step.inverse(data)
    labels = data["image"].as_tensor().softmax(0).argmax(0, keepdim=True).to(torch.uint8)
    save(folder, "organs", {"input": image, "weight": weight, "bias": bias, "labels": labels})

    (folder / "cases.json").write_text(json.dumps({**SLICES, "organs": ORGANS}, indent=1) + "\n")


if __name__ == "__main__":
    main()
