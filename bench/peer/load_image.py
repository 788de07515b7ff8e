"""Reading a CT volume from .nii.gz: MONAI's LoadImage in Python beside core_bench, same file, same run, taking turns.

usage: load_image.py CORE_BENCH [IMAGE]      (Python with MONAI 1.6 and nibabel; makes a 512x512x200 volume without IMAGE)
"""
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nibabel
import numpy as np
from monai.transforms import LoadImage
from scipy.ndimage import gaussian_filter, zoom

ROUNDS = 3


def make_volume(path):
    """Soft tissue, air and noise as a scanner gives them, int16."""
    random = np.random.RandomState(0)
    coarse = gaussian_filter(random.randn(64, 64, 50).astype(np.float32), 3)
    tissue = np.where(zoom(coarse, (8, 8, 4), order=1) > -0.03, 60, -1000)
    noise = random.randn(*tissue.shape).astype(np.float32) * np.where(tissue > -500, 15, 4)
    nibabel.save(nibabel.Nifti1Image((tissue + noise).astype(np.int16), np.diag([-0.8, -0.8, 2.5, 1])), path)


with tempfile.TemporaryDirectory() as folder:
    image = sys.argv[2] if len(sys.argv) > 2 else str(Path(folder) / "ct.nii.gz")
    if len(sys.argv) < 3:
        make_volume(image)
    load = LoadImage(image_only=True)
    ours, peer = [], []
    for _ in range(ROUNDS):
        answer = json.loads(subprocess.run([sys.argv[1], "load_image", image, "3"], check=True, capture_output=True).stdout)
        ours.append(answer["min"])
        start = time.perf_counter()
        volume = load(image)
        peer.append(time.perf_counter() - start)
    assert float(volume[..., 0].double().sum()) == answer["firstSliceSum"], "the two read different voxels"
    print(f"load {tuple(volume.shape)}, {Path(image).stat().st_size >> 20} MiB: "
          f"ours {statistics.median(ours):.3f} s (process peak {answer['peakMiB']} MiB), "
          f"MONAI {statistics.median(peer):.3f} s, {statistics.median(peer) / statistics.median(ours):.2f}x")
