"""Labels that real MONAI gets by inverting Orientationd and Spacingd on logits, then softmax and argmax.

usage: python make_inverse.py [test/golden/inverse]      (Python with torch, MONAI 1.6 and nibabel)

For each case: <name>.logits.npy (float32, the network's grid), <name>.labels.npy (uint8, the file's grid), and in
cases.json the grid of the file and what the pre-transforms were asked.
"""

import json
import sys
from pathlib import Path

import numpy
import torch
from monai.data import MetaTensor
from monai.transforms import Orientationd, Spacingd

# Rows of the 3×3 part of the affine (voxel axes to RAS millimetres), sizes of the file, target spacing, classes.
CASES = {
    "lps_two_classes": ([[-1.2, 0, 0], [0, -1.2, 0], [0, 0, 2.5]], [17, 15, 9], [1, 1, 1], 2),
    "turned_five_classes": ([[0, 0, 1.5], [-0.7, 0, 0], [0, 3.0, 0]], [14, 8, 13], [1, 1.2, 0.9], 5),
    "oblique_three_classes": ([[1.1, 0.3, 0.1], [-0.2, 1.0, 0.4], [0.1, -0.3, 2.0]], [12, 13, 7], [1, 1, 1], 3),
    "nearest_three_classes": ([[1.3, 0, 0], [0, -0.8, 0], [0, 0, 1.7]], [11, 12, 10], [1, 1, 1], 3),
}


def smooth(shape, generator):
    coarse = torch.randn([1, shape[0], *[max(2, n // 3) for n in shape[1:]]], generator=generator)
    return torch.nn.functional.interpolate(coarse, shape[1:], mode="trilinear", align_corners=True)[0]


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "test/golden/inverse")
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(5)
    described = {}
    for name, (matrix, shape, pixdim, classes) in CASES.items():
        affine = torch.eye(4, dtype=torch.float64)
        affine[:3, :3] = torch.tensor(matrix, dtype=torch.float64)
        affine[:3, 3] = torch.tensor([12.0, -7.5, 30.25])
        mode = "nearest" if name.startswith("nearest") else "bilinear"
        steps = [Orientationd("image", axcodes="RAS"), Spacingd("image", pixdim=pixdim, mode=mode)]
        data = {"image": MetaTensor(torch.rand([1, *shape], generator=generator), affine=affine)}
        for step in steps:
            data = step(data)
        grid = list(data["image"].shape[1:])
        logits = smooth([classes, *grid], generator)
        data["image"] = MetaTensor(
            logits, meta=data["image"].meta, applied_operations=data["image"].applied_operations
        )
        for step in reversed(steps):
            data = step.inverse(data)
        labels = data["image"].as_tensor().softmax(0).argmax(0, keepdim=True)
        numpy.save(folder / f"{name}.logits.npy", logits.numpy())
        numpy.save(folder / f"{name}.labels.npy", labels.numpy().astype(numpy.uint8))
        described[name] = {"affine": affine.tolist(), "shape": shape, "pixdim": pixdim, "mode": mode}
    (folder / "cases.json").write_text(json.dumps(described, indent=1) + "\n")


if __name__ == "__main__":
    main()
