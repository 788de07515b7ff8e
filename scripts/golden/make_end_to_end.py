"""Two small volumes, a small UNet, and the label files that real MONAI makes of them in MONAI Label's order of steps.

usage: python make_end_to_end.py [test/golden/end_to_end]      (Python with torch, MONAI 1.6, nibabel and scikit-image)

Pre-transforms, sliding window, inverse of the logits, softmax, argmax, largest component (monai-core 2.8).
"""

import copy
import sys
from pathlib import Path

import nibabel
import numpy
import torch
from monai.inferers import SlidingWindowInferer
from monai.networks.nets import UNet
from monai.transforms import (
    Activationsd,
    AsDiscreted,
    EnsureChannelFirstd,
    KeepLargestConnectedComponentd,
    LoadImaged,
    Orientationd,
    ScaleIntensityd,
    ScaleIntensityRanged,
    Spacingd,
)
from scipy.ndimage import gaussian_filter

AFFINES = {
    "anisotropic": numpy.array([[0, -1.2, 0, 20], [-0.9, 0, 0, 31], [0, 0, 2.5, -12], [0, 0, 0, 1.0]]),
    "oblique": numpy.array([[1.0, 0.3, 0.2, -9], [-0.3, 1.3, 0.1, 4], [-0.2, -0.1, 1.9, 7], [0, 0, 0, 1.0]]),
}


def make_network():
    torch.manual_seed(3)
    network = UNet(3, 1, 3, [4, 8, 16], [2, 2], num_res_units=1, norm="batch")
    network.train()
    with torch.no_grad():
        for _ in range(3):
            network(torch.rand(2, 1, 16, 16, 16) * 2 - 1)
    return network.eval()


def label_map(path, network):
    pre = [
        LoadImaged("image", reader="NibabelReader"),
        EnsureChannelFirstd("image"),
        Orientationd("image", axcodes="RAS"),
        Spacingd("image", pixdim=[1.0, 1.0, 1.0]),
        ScaleIntensityRanged("image", a_min=-57, a_max=164, b_min=0.0, b_max=1.0, clip=True),
        ScaleIntensityd("image", minv=-1.0, maxv=1.0),
    ]
    data = {"image": str(path)}
    for transform in pre:
        data = transform(data)
    with torch.no_grad():
        data["pred"] = SlidingWindowInferer([16, 16, 16], overlap=0.25)(data["image"][None], network)[0]
    undone = copy.deepcopy(dict(data))
    undone["image"] = data["pred"]
    for transform in reversed(pre):
        if hasattr(transform, "inverse"):
            undone = transform.inverse(undone)
    data["pred"] = undone["image"]
    for transform in (
        Activationsd("pred", softmax=True),
        AsDiscreted("pred", argmax=True),
        KeepLargestConnectedComponentd("pred"),
    ):
        data = transform(data)
    return data["pred"][0].numpy().astype(numpy.uint8)


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "test/golden/end_to_end")
    folder.mkdir(parents=True, exist_ok=True)
    network = make_network()
    torch.save(network.state_dict(), folder / "unet.pt")
    random = numpy.random.RandomState(7)
    for name, affine in AFFINES.items():
        shape = (22, 26, 13) if name == "anisotropic" else (21, 18, 12)
        noise = gaussian_filter(random.rand(*shape), 2)
        volume = (noise - noise.mean()) / noise.std() * 120 + 50
        image = folder / f"{name}.nii.gz"
        nibabel.save(nibabel.Nifti1Image(volume.astype(numpy.int16), affine), image)
        labels = label_map(image, network)
        print(name, numpy.bincount(labels.ravel()))
        nibabel.save(nibabel.Nifti1Image(labels, affine), folder / f"{name}.labels.nii.gz")


if __name__ == "__main__":
    main()
