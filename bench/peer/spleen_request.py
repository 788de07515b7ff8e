"""A spleen request from image file to label file, as MONAI Label's BasicInferTask runs it in Python.

usage: python spleen_request.py IMAGE WEIGHTS LABEL [THREADS]

The chain of sample-apps/radiology's segmentation_spleen: each transform by itself, the inverse on a copy of the
dictionary, float32 on the CPU. Prints one line of JSON: seconds of each stage and the peak memory of the process.
`core_bench infer` is what it is compared with; both must give the same label file.
"""

import copy
import json
import resource
import sys
import time
import warnings

import nibabel
import numpy
import torch
from monai.data import MetaTensor
from monai.inferers import SlidingWindowInferer
from monai.networks.nets import UNet
from monai.transforms import (
    Activationsd,
    AsDiscreted,
    EnsureChannelFirstd,
    EnsureTyped,
    KeepLargestConnectedComponentd,
    LoadImaged,
    Orientationd,
    ScaleIntensityd,
    ScaleIntensityRanged,
    Spacingd,
)


def pre_transforms():
    return [
        LoadImaged(keys="image", reader="NibabelReader"),
        EnsureTyped(keys="image", device="cpu"),
        EnsureChannelFirstd(keys="image"),
        Orientationd(keys="image", axcodes="RAS"),
        Spacingd(keys="image", pixdim=[1.0, 1.0, 1.0], allow_missing_keys=True),
        ScaleIntensityRanged(keys="image", a_min=-57, a_max=164, b_min=0.0, b_max=1.0, clip=True),
        ScaleIntensityd(keys="image", minv=-1.0, maxv=1.0),
    ]


def post_transforms():
    return [
        EnsureTyped(keys="pred", device="cpu"),
        Activationsd(keys="pred", softmax=True),
        AsDiscreted(keys="pred", argmax=True),
        KeepLargestConnectedComponentd(keys="pred"),
    ]


def load_network(weights):
    network = UNet(3, 1, 2, [16, 32, 64, 128, 256], [2, 2, 2, 2], num_res_units=2, norm="batch")
    state = torch.load(weights, map_location="cpu")
    network.load_state_dict(state.get("model", state))
    return network.eval()


def invert(data, transforms):
    undone = copy.deepcopy(dict(data))
    undone["image"] = data["pred"]
    for transform in reversed(transforms):
        if hasattr(transform, "inverse"):
            undone = transform.inverse(undone)
    data["pred"] = undone["image"]
    return data


def request(image, network, label):
    seconds = {}
    data = {"image": image}

    start = time.time()
    transforms = pre_transforms()
    for transform in transforms:
        data = transform(data)
    seconds["pre"] = time.time() - start

    start = time.time()
    inferer = SlidingWindowInferer(
        roi_size=[160, 160, 160], sw_batch_size=1, overlap=0.25, sw_device="cpu", device="cpu"
    )
    with torch.no_grad():
        logits = inferer(data["image"][None], network)[0].as_tensor()
    image_meta = data["image"]
    data["pred"] = MetaTensor(logits, meta=image_meta.meta, applied_operations=image_meta.applied_operations)
    seconds["infer"] = time.time() - start

    start = time.time()
    data = invert(data, transforms)
    seconds["invert"] = time.time() - start

    start = time.time()
    for transform in post_transforms():
        data = transform(data)
    seconds["post"] = time.time() - start

    start = time.time()
    values = data["pred"][0].numpy().astype(numpy.uint8)
    nibabel.save(nibabel.Nifti1Image(values, nibabel.load(image).affine), label)
    seconds["write"] = time.time() - start
    seconds["total"] = sum(seconds.values())
    return seconds, int(values.astype(bool).sum())


def main():
    warnings.filterwarnings("ignore")
    image, weights, label = sys.argv[1:4]
    if len(sys.argv) > 4:
        torch.set_num_threads(int(sys.argv[4]))
    seconds, voxels = request(image, load_network(weights), label)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**{k: round(v, 3) for k, v in seconds.items()}, "peakMiB": round(peak), "voxels": voxels}))


if __name__ == "__main__":
    main()
