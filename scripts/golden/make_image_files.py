"""Small image files with nibabel and pynrrd, and what MONAI's LoadImage makes of them: test/golden/images.

    python scripts/golden/make_image_files.py test/golden/images

Needs monai, nibabel, pynrrd. For each NAME.<ext> it writes NAME.voxels.npy (float32 [I, J, K] or [I, J, K, C]) and
NAME.affine.npy (float64, RAS).
"""
import gzip
import sys
from pathlib import Path

import nibabel as nib
import nrrd
import numpy as np
from monai.transforms import LoadImage

out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
random = np.random.RandomState(0)
shape = (5, 4, 3)


def rotation(a, b, c):
    ca, sa, cb, sb, cc, sc = np.cos(a), np.sin(a), np.cos(b), np.sin(b), np.cos(c), np.sin(c)
    return (
        np.array([[ca, -sa, 0], [sa, ca, 0], [0, 0, 1]])
        @ np.array([[cb, 0, sb], [0, 1, 0], [-sb, 0, cb]])
        @ np.array([[1, 0, 0], [0, cc, -sc], [0, sc, cc]])
    )


def affine(oblique=True):
    m = np.eye(4)
    m[:3, :3] = (rotation(0.3, -0.2, 0.1) if oblique else np.diag([-1.0, -1, 1])) @ np.diag([0.8, 1.1, 2.5])
    m[:3, 3] = [-31.5, 12.25, 300.125]
    return m


def values(dtype):
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return random.normal(0, 100, shape).astype(kind)
    info = np.iinfo(kind)
    low, high = max(info.min, -30000), min(info.max, 30000)
    return random.randint(low, high + 1, shape).astype(kind)


def save(name, image):
    nib.save(image, out / name)


for dtype in ["uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"]:
    image = nib.Nifti1Image(values(dtype), affine(), dtype=dtype)
    save(f"type_{dtype}.nii", image)
big = nib.Nifti1Image(values("int16"), affine())
header = big.header.as_byteswapped(">")
header["vox_offset"] = 352
voxels = np.asarray(big.dataobj).astype(">i2").tobytes(order="F")
(out / "big_endian.nii").write_bytes(header.binaryblock + bytes(4) + voxels)
save("second.nii.gz", nib.Nifti2Image(values("int16"), affine()))
scaled = nib.Nifti1Image(values("int16"), affine())
scaled.header.set_slope_inter(0.37, -1024.5)
scaled_path = out / "scaled.nii"
nib.save(scaled, scaled_path)
raw = bytearray(scaled_path.read_bytes())
raw[112:120] = np.array([0.37, -1024.5], "<f4").tobytes()
scaled_path.write_bytes(raw)
q = nib.Nifti1Image(values("int16"), None)
q.set_qform(affine(), 1)
q.header["sform_code"] = 0
save("qform.nii", q)
left = affine()
left[:3, 0] *= -1
q = nib.Nifti1Image(values("int16"), None)
q.set_qform(left, 1)
q.header["sform_code"] = 0
save("qform_left_handed.nii", q)
none = nib.Nifti1Image(values("int16"), None)
none.header.set_zooms((0.8, 1.1, 2.5))
none.header["sform_code"] = none.header["qform_code"] = 0
save("no_form.nii", none)
repaired = nib.Nifti1Image(values("int16"), affine())
repaired.set_qform(affine(), 1)
wrong = affine()
wrong[:3, :3] *= 1.7
repaired.header["srow_x"], repaired.header["srow_y"], repaired.header["srow_z"] = wrong[0], wrong[1], wrong[2]
path = out / "sform_contradicts_pixdim.nii"
nib.save(nib.Nifti1Image(values("int16"), affine()), path)
raw = bytearray(path.read_bytes())
one = nib.Nifti1Image(values("int16"), affine())
one.set_qform(affine(), 1)
raw[252:280] = bytes(one.header.binaryblock)[252:280]
raw[280:328] = wrong[:3].astype("<f4").tobytes()
path.write_bytes(raw)
save("two_dimensional.nii", nib.Nifti1Image(values("int16")[:, :, 0], affine()))
save("channels.nii", nib.Nifti1Image(random.randint(0, 100, shape + (2,)).astype("int16"), affine()))
plain = gzip.compress((out / "type_int16.nii").read_bytes()[:400]) + gzip.compress((out / "type_int16.nii").read_bytes()[400:])
(out / "members.nii.gz").write_bytes(plain)


def save_nrrd(name, data, space="left-posterior-superior", matrix=None, **extra):
    m = affine() if matrix is None else matrix
    signs = {"left-posterior-superior": [-1, -1, 1], "right-anterior-superior": [1, 1, 1]}.get(space, [-1, -1, 1])
    lps = np.diag(signs) @ m[:3]
    header = {"space directions": lps[:, :3].T, "space origin": lps[:, 3], "space": space, **extra}
    nrrd.write(str(out / name), data, header, compression_level=6)


save_nrrd("lps_raw.nrrd", values("int16"), encoding="raw")
save_nrrd("lps_gzip.nrrd", values("uint8"), encoding="gzip")
save_nrrd("ras_big.nrrd", values("int16").astype(">i2"), "right-anterior-superior", encoding="raw")
save_nrrd("float.nrrd", values("float32"), encoding="gzip")

for path in sorted(out.iterdir()):
    if path.suffix == ".npy":
        continue
    image = LoadImage(image_only=True, ensure_channel_first=False)(path)
    stem = path.name.split(".")[0]
    np.save(out / f"{stem}.voxels.npy", np.ascontiguousarray(image.numpy(), "float32"))
    np.save(out / f"{stem}.affine.npy", np.ascontiguousarray(image.affine, "float64"))
    print(path.name, image.shape)
