"""Makes the rest of test/golden/training/: what real PyTorch and MONAI compute with the parts of a recipe.

    python scripts/golden/make_recipes.py OUTPUT_FOLDER        (torch 2.13.0, monai 1.6.1)

losses.json, losses.pt    specs of losses with the inputs they are for; inputs, values, gradients with respect to the logits
schedules.json            specs of schedules, the values they are shown, and their rates over 30 steps
clipping.pt               gradients of two parameters as they are, clipped by norm (above and below it), and by value
deep.pt                   six updates of a network with two inputs and two heads: deep supervision, two batches an update, clipping
                          by norm, and the average of the weights; inputs, losses, weights before and after
"""

import json
import sys
from collections import OrderedDict
from pathlib import Path

import monai.losses
import torch
from monai.losses import DeepSupervisionLoss, DiceCELoss
from monai.optimizers import WarmupCosineSchedule
from torch.optim import lr_scheduler
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

SOFTMAX = {"to_onehot_y": True, "softmax": True}
FOCAL = {"to_onehot_y": True}
LOSSES = [
    ("several", "DiceLoss", {**SOFTMAX, "reduction": "sum", "weight": 0.5}),
    ("several", "DiceLoss", {**SOFTMAX, "soft_label": True, "ignore_index": 2}),
    ("several", "DiceLoss", {**SOFTMAX, "ignore_index": 2, "include_background": False, "weight": [1.0, 3.0]}),
    ("several", "DiceCELoss", {**SOFTMAX, "reduction": "sum", "weight": [1.0, 2.0, 0.5]}),
    ("several", "DiceCELoss", {**SOFTMAX, "label_smoothing": 0.1}),
    ("single", "DiceCELoss", {"sigmoid": True, "weight": [2.0]}),
    ("several", "FocalLoss", FOCAL),
    ("several", "FocalLoss", {**FOCAL, "gamma": 1.5, "alpha": 0.25, "weight": [1.0, 2.0, 0.5]}),
    ("several", "FocalLoss", {**FOCAL, "alpha": [0.2, 0.5, 0.9], "weight": 2.0, "reduction": "sum"}),
    ("several", "FocalLoss", {**FOCAL, "include_background": False, "alpha": [0.5, 0.9]}),
    ("several", "FocalLoss", {**FOCAL, "use_softmax": True}),
    ("several", "FocalLoss", {**FOCAL, "use_softmax": True, "alpha": 0.25}),
    ("several", "FocalLoss", {**FOCAL, "use_softmax": True, "alpha": [0.1, 0.6, 0.3], "include_background": True}),
    ("several", "FocalLoss", {**FOCAL, "use_softmax": True, "alpha": 0.25, "include_background": False}),
    ("several", "FocalLoss", {**FOCAL, "ignore_index": 1}),
    ("several", "FocalLoss", {**FOCAL, "ignore_index": 1, "reduction": "sum"}),
    ("single", "FocalLoss", {"alpha": 0.75}),
    ("flat", "FocalLoss", {**FOCAL, "use_softmax": True}),
    ("several", "DiceFocalLoss", SOFTMAX),
    ("several", "DiceFocalLoss", {**SOFTMAX, "squared_pred": True, "batch": True, "lambda_dice": 0.5, "lambda_focal": 2.0}),
    ("several", "DiceFocalLoss", {**SOFTMAX, "include_background": False, "weight": [1.0, 2.0], "gamma": 1.0}),
    ("several", "DiceFocalLoss", {**SOFTMAX, "jaccard": True, "alpha": 0.3, "weight": 0.5, "reduction": "sum"}),
    ("single", "DiceFocalLoss", {"sigmoid": True}),
    ("flat", "DiceFocalLoss", SOFTMAX),
    ("several", "GeneralizedDiceLoss", SOFTMAX),
    ("several", "GeneralizedDiceLoss", {**SOFTMAX, "w_type": "simple", "batch": True}),
    ("several", "GeneralizedDiceLoss", {**SOFTMAX, "w_type": "uniform", "include_background": False}),
    ("several", "GeneralizedDiceLoss", {**SOFTMAX, "batch": True, "reduction": "sum"}),
    ("absent", "GeneralizedDiceLoss", SOFTMAX),
    ("absent", "GeneralizedDiceLoss", {**SOFTMAX, "batch": True, "soft_label": True}),
    ("single", "GeneralizedDiceLoss", {"sigmoid": True}),
    ("flat", "GeneralizedDiceLoss", {**SOFTMAX, "smooth_nr": 0.1, "smooth_dr": 0.2}),
    ("several", "TverskyLoss", SOFTMAX),
    ("several", "TverskyLoss", {**SOFTMAX, "alpha": 0.3, "beta": 0.7, "batch": True}),
    ("several", "TverskyLoss", {**SOFTMAX, "alpha": 0.3, "beta": 0.7, "include_background": False, "reduction": "sum"}),
    ("several", "TverskyLoss", {**SOFTMAX, "soft_label": True, "beta": 1.0}),
    ("several", "TverskyLoss", {**SOFTMAX, "ignore_index": 2}),
    ("several", "TverskyLoss", {**SOFTMAX, "ignore_index": -1}),
    ("single", "TverskyLoss", {"sigmoid": True, "alpha": 0.9, "beta": 0.1}),
]

SCHEDULES = [
    (lr_scheduler.StepLR, {"step_size": 7}, {}),
    (lr_scheduler.StepLR, {"step_size": 4, "gamma": 0.5}, {}),
    (lr_scheduler.CosineAnnealingLR, {"T_max": 10, "eta_min": 1e-3}, {}),
    (lr_scheduler.CosineAnnealingLR, {}, {"T_max": 30}),
    (lr_scheduler.PolynomialLR, {"total_iters": 20, "power": 2.0}, {}),
    (lr_scheduler.PolynomialLR, {"power": 0.9}, {"total_iters": 30}),
    (WarmupCosineSchedule, {"warmup_steps": 5, "t_total": 25, "end_lr": 1e-3, "warmup_multiplier": 0.1}, {}),
    (WarmupCosineSchedule, {"warmup_steps": 3, "cycles": 1.5}, {"t_total": 30}),
    (WarmupCosineSchedule, {"warmup_steps": 0}, {"t_total": 30}),
    (lr_scheduler.ReduceLROnPlateau, {"patience": 2}, {"mode": "max"}),
    (lr_scheduler.ReduceLROnPlateau, {"patience": 1, "factor": 0.5, "cooldown": 2, "min_lr": 0.02}, {"mode": "max"}),
    (
        lr_scheduler.ReduceLROnPlateau,
        {"patience": 0, "factor": 0.5, "threshold": 0.05, "threshold_mode": "abs", "mode": "max"},
        {},
    ),
]


def losses():
    torch.manual_seed(11)
    shapes = {"several": (2, 3, 4, 4, 3), "single": (2, 1, 4, 4, 3), "flat": (2, 3, 6, 5), "absent": (2, 3, 4, 4, 3)}
    tensors = OrderedDict()
    for name, shape in shapes.items():
        classes = {"single": 2, "absent": 2}.get(name, 3)
        tensors[f"{name}/logits"] = torch.randn(shape) * 2
        tensors[f"{name}/target"] = torch.randint(0, classes, (shape[0], 1, *shape[2:])).float()
    specs = []
    for index, (name, loss, arguments) in enumerate(LOSSES):
        specs.append({"input": name, "spec": {"name": loss, **arguments}})
        weight = arguments.get("weight")
        if loss == "DiceCELoss" and weight is not None:
            arguments = {**arguments, "weight": torch.tensor(weight)}
        logits = tensors[f"{name}/logits"].clone().requires_grad_(True)
        value = getattr(monai.losses, loss)(**arguments)(logits, tensors[f"{name}/target"])
        value.backward()
        tensors[f"{index}/loss"], tensors[f"{index}/gradient"] = value.detach().reshape(1), logits.grad
    return specs, tensors


def schedules():
    torch.manual_seed(12)
    shown = [round(float(value), 3) for value in (torch.rand(30) * 0.2 + torch.linspace(0.3, 0.6, 30))]
    made = []
    for kind, arguments, implied in SCHEDULES:
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
        schedule = kind(optimizer, **arguments, **implied)
        rates = []
        for value in shown:
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step(value) if kind is lr_scheduler.ReduceLROnPlateau else schedule.step()
        made.append({"spec": {"name": kind.__name__, **arguments}, "rates": rates})
    return {"learningRate": 0.1, "shown": shown, "schedules": made}


def clipping():
    torch.manual_seed(13)
    gradients = [torch.randn(3, 4), torch.randn(5)]
    tensors = OrderedDict((f"gradient/{i}", gradient) for i, gradient in enumerate(gradients))

    def clipped(name, clip):
        parameters = [torch.nn.Parameter(torch.zeros_like(gradient)) for gradient in gradients]
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient.clone()
        clip(parameters)
        tensors.update((f"{name}/{i}", parameter.grad) for i, parameter in enumerate(parameters))

    clipped("norm", lambda parameters: torch.nn.utils.clip_grad_norm_(parameters, 0.7))
    clipped("large norm", lambda parameters: torch.nn.utils.clip_grad_norm_(parameters, 100))
    clipped("value", lambda parameters: torch.nn.utils.clip_grad_value_(parameters, 0.3))
    return tensors


class TwoHeads(torch.nn.Module):
    """native/test/training/two_heads.hpp"""

    def __init__(self):
        super().__init__()
        self.fine = torch.nn.Conv3d(2, 4, 3, padding=1)
        self.middle = torch.nn.Conv3d(4, 6, 3, stride=2, padding=1)
        self.coarse = torch.nn.Conv3d(6, 8, 3, stride=2, padding=1)
        self.out = torch.nn.Conv3d(4, 2, 1)
        self.head0 = torch.nn.Conv3d(6, 2, 1)
        self.head1 = torch.nn.Conv3d(8, 2, 1)

    def forward(self, x):
        fine = torch.tanh(self.fine(x))
        middle = torch.tanh(self.middle(fine))
        coarse = torch.tanh(self.coarse(middle))
        return [self.out(fine), self.head0(middle), self.head1(coarse)]


def deep_steps():
    torch.manual_seed(14)
    network = TwoHeads()
    tensors = OrderedDict((f"before/{name}", value.clone()) for name, value in network.state_dict().items())
    images = torch.rand(12, 1, 2, 7, 7, 7)
    targets = (images[:, :, :1] + images[:, :, 1:] > 1.2).float()
    loss = DeepSupervisionLoss(DiceCELoss(to_onehot_y=True, softmax=True), weight_mode="exp")
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2)
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.8))
    losses, norms = [], []
    for step in range(6):
        optimizer.zero_grad()
        for batch in (2 * step, 2 * step + 1):
            value = loss(network(images[batch]), targets[batch])
            (value / 2).backward()
            losses.append(value.detach())
        norms.append(torch.nn.utils.clip_grad_norm_(network.parameters(), 0.15))
        optimizer.step()
        average.update_parameters(network)
    assert min(norms) > 0.15, norms
    tensors["images"], tensors["targets"], tensors["losses"] = images, targets, torch.stack(losses)
    tensors.update((f"after/{name}", value) for name, value in network.state_dict().items())
    tensors.update((f"average/{name}", value) for name, value in average.module.state_dict().items())
    for mode, weights in (("same", None), ("exp", None), ("two", None), ("exp", [0.2, 0.3, 0.5])):
        loss = DeepSupervisionLoss(DiceCELoss(to_onehot_y=True, softmax=True), weight_mode=mode, weights=weights)
        with torch.no_grad():
            tensors[f"loss/{mode if weights is None else 'own'}"] = loss(network(images[0]), targets[0]).reshape(1)
    return tensors


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    specs, tensors = losses()
    (folder / "losses.json").write_text(json.dumps(specs, indent=1) + "\n")
    torch.save(tensors, folder / "losses.pt")
    (folder / "schedules.json").write_text(json.dumps(schedules(), indent=1) + "\n")
    torch.save(clipping(), folder / "clipping.pt")
    torch.save(deep_steps(), folder / "deep.pt")
