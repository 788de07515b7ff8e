"""Golden files of the random transforms and of the inverses, made by MONAI 1.6.1.

usage: python make_transforms.py test/golden/transforms

deterministic.json
              a list of { name, specs, output: { image, label }, affine }: what Compose(specs) makes of input/image.npy and
              input/label.npy, for the transforms that are not in test/golden/cases.
random.json   a list of { name, seed, specs, samples: [{ image, label, affine }] }: what Compose(specs), seeded with `seed`,
              makes of input/image.npy and input/label.npy; the arrays are in the named .npy files.
inverse.json  a list of { name, specs, nearest, pred, output }: pred on the grid after `specs`, and Invertd's answer.
The specs are read by the native tests as they are.
"""
import json
import pathlib
import sys

import numpy as np
import torch
from monai import transforms
from monai.data import MetaTensor

BOTH = ["image", "label"]
CROP = {"name": "RandCropByPosNegLabeld", "keys": BOTH, "label_key": "label", "spatial_size": [5, 6, 4]}
RANDOM = {
    "crops": [{**CROP, "pos": 2, "neg": 1, "num_samples": 4}],
    "crops_threshold": [{**CROP, "num_samples": 4, "image_key": "image", "image_threshold": 0.6}],
    "crops_smaller": [{**CROP, "spatial_size": [20, 6, 0], "num_samples": 2, "allow_smaller": True}],
    "spatial_crop": [{"name": "RandSpatialCropd", "keys": BOTH, "roi_size": [5, 20, 4]}],
    "spatial_crop_size": [{"name": "RandSpatialCropd", "keys": BOTH, "roi_size": [5, 6, 4], "random_size": True}],
    "chain": [
        {"name": "ScaleIntensityd", "keys": ["image"]},
        {**CROP, "num_samples": 2},
        {"name": "RandFlipd", "keys": BOTH, "prob": 0.5, "spatial_axis": [0]},
        {"name": "RandFlipd", "keys": BOTH, "prob": 0.5, "spatial_axis": 2},
        {"name": "RandFlipd", "keys": BOTH, "prob": 0.5},
        {"name": "RandRotate90d", "keys": BOTH, "prob": 0.6, "max_k": 3},
        {"name": "RandRotate90d", "keys": BOTH, "prob": 0.6, "spatial_axes": [1, 2]},
        {"name": "SpatialPadd", "keys": BOTH, "spatial_size": [7, 6, 3]},
        {"name": "RandShiftIntensityd", "keys": ["image"], "offsets": 0.1, "prob": 0.7},
        {"name": "RandScaleIntensityd", "keys": ["image"], "factors": [-0.2, 0.1], "prob": 0.7},
    ],
    "intensities": [
        {"name": "RandGaussianNoised", "keys": ["image"], "prob": 0.8},
        {"name": "RandGaussianNoised", "keys": BOTH, "prob": 0.9, "mean": 0.2, "std": 0.4, "sample_std": False},
        {"name": "RandAdjustContrastd", "keys": ["image"], "prob": 0.8},
        {"name": "RandAdjustContrastd", "keys": BOTH, "prob": 0.8, "gamma": [1.5, 0.8], "retain_stats": True},
        {"name": "RandAdjustContrastd", "keys": ["image"], "prob": 0.8, "gamma": 2, "invert_image": True},
    ],
}
IMAGE, PLACED = {"keys": "image"}, {"keys": BOTH}
DETERMINISTIC = {
    "flip": [{"name": "Flipd", **PLACED, "spatial_axis": [0, 2]}],
    "flip_last": [{"name": "Flipd", **PLACED, "spatial_axis": -1}],
    "flip_all": [{"name": "Flipd", **PLACED}],
    "rotate": [{"name": "Rotate90d", **PLACED}],
    "rotate_half": [{"name": "Rotate90d", **PLACED, "k": 2, "spatial_axes": [1, 2]}],
    "rotate_back": [{"name": "Rotate90d", **PLACED, "k": -1, "spatial_axes": [-1, 0]}],
    "shift": [{"name": "ShiftIntensityd", **IMAGE, "offset": 0.37}],
    "scale_factor": [{"name": "ScaleIntensityd", **IMAGE, "minv": None, "maxv": None, "factor": -0.3}],
    "threshold": [{"name": "ThresholdIntensityd", **IMAGE, "threshold": 0.4}],
    "threshold_below": [{"name": "ThresholdIntensityd", **IMAGE, "threshold": 0.4, "above": False, "cval": 0.7}],
    "contrast": [{"name": "AdjustContrastd", **IMAGE, "gamma": 0.7}],
    "contrast_inverted": [{"name": "AdjustContrastd", **IMAGE, "gamma": 2.2, "invert_image": True}],
    "contrast_retained": [{"name": "AdjustContrastd", **IMAGE, "gamma": 3, "invert_image": True, "retain_stats": True}],
    "smooth": [{"name": "GaussianSmoothd", **IMAGE, "sigma": 1.0}],
    "smooth_axes": [{"name": "GaussianSmoothd", **IMAGE, "sigma": [0.4, 3, 0]}],
    "crop_center": [{"name": "SpatialCropd", **PLACED, "roi_center": [2, 6, 9], "roi_size": [5, 4, 6]}],
    "crop_bounds": [{"name": "SpatialCropd", **PLACED, "roi_start": [-2, 3, 4], "roi_end": [6, 30, 9]}],
    "crop_middle": [{"name": "CenterSpatialCropd", **PLACED, "roi_size": [4, 7, 20]}],
    "crop_middle_kept": [{"name": "CenterSpatialCropd", **PLACED, "roi_size": [5, -1, 6]}],
    "resize": [{"name": "Resized", **PLACED, "spatial_size": [17, 7, 10], "mode": ["trilinear", "nearest"]}],
    "resize_kept": [{"name": "Resized", **PLACED, "spatial_size": [5, 0, 31], "mode": ["nearest", "nearest"]}],
    "resize_same": [{"name": "Resized", **PLACED, "spatial_size": [11, 12, 10], "mode": "trilinear"}],
}
INVERSE = {
    "oriented": [{"name": "Orientationd", "keys": ["image"], "axcodes": "RAS"}],
    "spaced": [
        {"name": "Orientationd", "keys": ["image"], "axcodes": "RAS"},
        {"name": "Spacingd", "keys": ["image"], "pixdim": [1.3, 1.1, 1.9], "mode": "bilinear"},
    ],
    "cropped": [
        {"name": "Spacingd", "keys": ["image"], "pixdim": 1.2, "mode": ["bilinear"]},
        {"name": "Orientationd", "keys": ["image"], "axcodes": "ASL"},
        {"name": "CropForegroundd", "keys": ["image"], "source_key": "image", "margin": 1, "k_divisible": 8},
        {"name": "SpatialPadd", "keys": ["image"], "spatial_size": [9, 30, 11]},
    ],
    "flipped": [
        {"name": "Flipd", "keys": "image", "spatial_axis": 1},
        {"name": "Rotate90d", "keys": "image", "k": 3, "spatial_axes": [0, 2]},
        {"name": "SpatialCropd", "keys": "image", "roi_center": [5, 6, 5], "roi_size": [6, 5, 8]},
    ],
    "picked": [
        {"name": "Resized", "keys": "image", "spatial_size": [15, 9, 10], "mode": "nearest"},
        {"name": "CenterSpatialCropd", "keys": "image", "roi_size": [9, 9, 7]},
    ],
    "resized": [{"name": "Resized", "keys": "image", "spatial_size": [15, 9, 10], "mode": "trilinear"}],
}
# Inverted with nearest_interp=True, a trilinear Resized picks voxels as torch's "nearest" does; here nothing asks for it.
NOT_BY_NEAREST = ["resized"]


def build(specs):
    return [getattr(transforms, s["name"])(**{k: v for k, v in s.items() if k != "name"}) for s in specs]


def main(folder):
    generator = np.random.RandomState(11)
    (folder / "input").mkdir(parents=True, exist_ok=True)

    def save(name, array):
        array = array.as_tensor().numpy() if isinstance(array, MetaTensor) else np.asarray(array)
        np.save(folder / name, np.ascontiguousarray(array))
        return name

    # Axes (P, L, S), turned by a little: none of the steps is trivial.
    angle = 0.1
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.array([[0, -1, 0], [-1, 0, 0], [0, 0, 1]]) @ np.diag([0.9, 1.4, 2.2])
    affine[:3, 3] = [12, -7, 30]
    image = generator.rand(1, 11, 12, 10).astype(np.float32)
    image[:, :3] = 0
    image[:, :, :2] = 0
    label = np.zeros_like(image)
    label[0, 4:8, 5:9, 3:7] = 1
    label[0, 6, 6, 6] = 2
    for name, array in (("image", image), ("label", label), ("affine", affine)):
        save(f"input/{name}.npy", array)

    def sample():
        tensors = {"image": image, "label": label}
        return {k: MetaTensor(torch.from_numpy(v.copy()), affine=affine) for k, v in tensors.items()}

    cases = []
    (folder / "deterministic").mkdir(exist_ok=True)
    for name, specs in DETERMINISTIC.items():
        result = transforms.Compose(build(specs))(sample())
        keys = BOTH if specs[0]["keys"] == BOTH else ["image"]
        files = {key: save(f"deterministic/{name}_{key}.npy", result[key]) for key in keys}
        cases.append({"name": name, "specs": specs, "output": files, "affine": result["image"].affine.tolist()})
    write(folder / "deterministic.json", cases)

    cases = []
    for name, specs in RANDOM.items():
        (folder / name).mkdir(exist_ok=True)
        for seed in (0, 7, 2**31 + 5):
            result = transforms.Compose(build(specs)).set_random_state(seed)(sample())
            result = result if isinstance(result, list) else [result]
            files = [
                {key: save(f"{name}/{seed}_{i}_{key}.npy", one[key]) for key in BOTH}
                | {"affine": one["image"].affine.tolist()}
                for i, one in enumerate(result)
            ]
            cases.append({"name": name, "seed": seed, "specs": specs, "samples": files})
    write(folder / "random.json", cases)

    cases = []
    for name, specs in INVERSE.items():
        (folder / name).mkdir(exist_ok=True)
        forward = transforms.Compose(build(specs))
        for nearest in (False,) if name in NOT_BY_NEAREST else (False, True):
            done = forward(sample())
            pred = generator.randn(2, *done["image"].shape[1:]).astype(np.float32)
            pred = np.round(pred * 2) if nearest else pred
            tensor = MetaTensor(torch.from_numpy(pred.copy()), affine=done["image"].affine)
            back = transforms.Invertd("pred", forward, orig_keys="image", nearest_interp=nearest)({**done, "pred": tensor})
            cases.append(
                {
                    "name": name,
                    "specs": specs,
                    "nearest": nearest,
                    "pred": save(f"{name}/{int(nearest)}_pred.npy", pred),
                    "output": save(f"{name}/{int(nearest)}_output.npy", back["pred"]),
                }
            )
    write(folder / "inverse.json", cases)


def write(path, cases):
    path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


main(pathlib.Path(sys.argv[1]))
