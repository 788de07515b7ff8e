"""Small weight files in every layout that Python writes, for native/test/networks: make_weights.py OUTPUT_FOLDER

Needs torch and MONAI. Each file holds the tensors of `tensors()` unless its name says otherwise.
"""
import sys
from collections import OrderedDict
from pathlib import Path

import torch
from monai.data import MetaTensor
from monai.networks.nets import UNet


def tensors():
    base = torch.arange(24, dtype=torch.float32)
    return OrderedDict(
        a=base.view(2, 3, 4),
        b=base.view(4, 6).t()[1:3],
        half=torch.tensor([1.5, -2.0], dtype=torch.float16),
        brief=torch.tensor([0.5, 3.0], dtype=torch.bfloat16),
        count=torch.tensor(7),
        empty=torch.zeros(0, 3),
    )


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(3, 2)
        self.second = torch.nn.Sequential(torch.nn.BatchNorm1d(2), torch.nn.PReLU())

    def forward(self, x):
        return self.second(self.first(x))


def main():
    folder = Path(sys.argv[1])
    save = lambda value, name, **options: torch.save(value, folder / f"{name}.pt", **options)
    plain = tensors()
    save(plain, "bare")
    save(plain, "protocol4", pickle_protocol=4)
    save(plain, "protocol5", pickle_protocol=5)
    save(plain, "legacy", _use_new_zipfile_serialization=False)
    save({"model": plain, "epoch": 3, "best": 0.5, "name": "run", "done": True}, "model_key")
    save({"state_dict": {f"module.{k}": v for k, v in plain.items()}}, "data_parallel")
    save({k: torch.nn.Parameter(v, requires_grad=False) for k, v in plain.items()}, "parameters")
    save(OrderedDict((k, MetaTensor(v) if k == "a" else v) for k, v in plain.items()), "metatensor")

    torch.manual_seed(1)
    net = Net()
    optimizer = torch.optim.AdamW(net.parameters())
    net(torch.rand(4, 3)).sum().backward()
    optimizer.step()
    save(net, "module")
    save({"model": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 1}, "training")
    torch.jit.script(net).save(str(folder / "script.pt"))
    save(net.state_dict(), "module_state")

    torch.manual_seed(7)
    unet = UNet(spatial_dims=3, in_channels=1, out_channels=2, channels=(2, 3, 4), strides=(2, 2), num_res_units=2, norm="batch")
    save(unet.state_dict(), "unet_seed7")


main()
