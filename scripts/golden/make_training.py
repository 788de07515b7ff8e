"""Makes test/golden/training/: what real PyTorch and MONAI compute when they train, for native/test/training.

    python scripts/golden/make_training.py OUTPUT_FOLDER        (torch 2.13.0, monai 1.6.1)

steps.pt    six AdamW steps of DiceCELoss on a small residual UNet: input, target, losses, weights before and after
adam.pt     five steps of Adam and AdamW on one small tensor with given gradients, with and without weight decay
"""

import sys
from collections import OrderedDict
from pathlib import Path

import torch
from monai.losses import DiceCELoss
from monai.networks.nets import UNet


def training_steps():
    torch.manual_seed(0)
    network = UNet(3, 1, 2, [4, 8, 16], [2, 2], num_res_units=2, norm="batch")
    tensors = OrderedDict((f"before/{name}", value.clone()) for name, value in network.state_dict().items())
    torch.manual_seed(5)
    image = torch.rand(2, 1, 16, 16, 16)
    target = (image > 0.8).float()
    loss = DiceCELoss(to_onehot_y=True, softmax=True, squared_pred=True, batch=True)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-5)
    network.train()
    losses = []
    for _ in range(6):
        optimizer.zero_grad()
        value = loss(network(image), target)
        value.backward()
        optimizer.step()
        losses.append(value.detach())
    tensors["image"], tensors["target"], tensors["losses"] = image, target, torch.stack(losses)
    tensors.update((f"after/{name}", value) for name, value in network.state_dict().items())
    return tensors


def adam_steps():
    torch.manual_seed(1)
    start, gradients = torch.randn(3, 4), torch.randn(5, 3, 4)
    tensors = OrderedDict(start=start, gradients=gradients)
    for name, kind, decay in (
        ("Adam", torch.optim.Adam, 0.0),
        ("Adam/decay", torch.optim.Adam, 0.1),
        ("AdamW", torch.optim.AdamW, 0.1),
    ):
        parameter = torch.nn.Parameter(start.clone())
        optimizer = kind([parameter], lr=0.01, weight_decay=decay)
        for gradient in gradients:
            parameter.grad = gradient.clone()
            optimizer.step()
        tensors[name] = parameter.detach()
    return tensors


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(training_steps(), folder / "steps.pt")
    torch.save(adam_steps(), folder / "adam.pt")
