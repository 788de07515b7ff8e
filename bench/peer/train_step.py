"""A training step of the spleen model in MONAI: forward, DiceCE, backward, AdamW. core_bench train_step is ours.

    python bench/peer/train_step.py [batch] [side]        (torch 2.13.0, monai 1.6.1)
"""

import sys
import time

import torch
from monai.losses import DiceCELoss
from monai.networks.nets import UNet

batch = int(sys.argv[1]) if len(sys.argv) > 1 else 2
side = int(sys.argv[2]) if len(sys.argv) > 2 else 96
torch.manual_seed(0)
network = UNet(3, 1, 2, [16, 32, 64, 128, 256], [2, 2, 2, 2], num_res_units=2, norm="batch").train()
loss_function = DiceCELoss(to_onehot_y=True, softmax=True, squared_pred=True, batch=True)
optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-5)
images = torch.rand(batch, 1, side, side, side)
labels = (images > 0.8).float()


def step():
    optimizer.zero_grad()
    loss = loss_function(network(images), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


first = step()
step()
seconds = []
for _ in range(8):
    start = time.perf_counter()
    last = step()
    seconds.append(time.perf_counter() - start)
seconds.sort()
print(
    f"MONAI training step, batch {batch} of {side}^3: best {seconds[0]:.3f} s, "
    f"median {seconds[len(seconds) // 2]:.3f} s, loss {first:.6f} -> {last:.6f}"
)
