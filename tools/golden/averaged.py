#!/usr/bin/env python3
"""Makes framework-nn/src/test/resources/golden/averaged.txt with torch.optim.swa_utils. Nothing is random.

    python tools/golden/averaged.py

A case per averaging function: every tensor of the averaged model's state after each of 4 updates, by key; then the same after update_bn. The
values of the model and the batches come from the formula below, which the test repeats.
"""
import pathlib

import torch
from torch import nn
from torch.optim import swa_utils as swa

PATH = pathlib.Path(__file__).resolve().parents[2] / "framework-nn/src/test/resources/golden/averaged.txt"
CASES = {
    "mean": {},
    "mean buffers": dict(use_buffers=True),
    "ema": dict(multi_avg_fn=swa.get_ema_multi_avg_fn(0.9)),
    "ema buffers": dict(multi_avg_fn=swa.get_ema_multi_avg_fn(0.75), use_buffers=True),
}


def formula(shape, k, step):
    count = torch.Size(shape).numel()
    return torch.tensor([((i * 7 + k * 3 + step * 5) % 11 - 4) / 4 for i in range(count)]).reshape(shape)


def state(model):
    return [f"{key} {' '.join(str(v) for v in value.reshape(-1).numpy())}" for key, value in model.state_dict().items()]


def case(title, options):
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    averaged = swa.AveragedModel(model, **options)
    lines = [f"case {title}"]
    for step in range(4):
        with torch.no_grad():
            for k, value in enumerate([*model.parameters(), *model.buffers()]):
                value.copy_(formula(value.shape, k, step) if value.is_floating_point() else torch.tensor(step * 3))
        averaged.update_parameters(model)
        lines += state(averaged)
    swa.update_bn([formula((4, 3), 9, step) for step in range(3)], averaged)
    return lines + state(averaged)


lines = [f"# torch {torch.__version__}, made by tools/golden/averaged.py"]
for title, options in CASES.items():
    lines += case(title, options)
PATH.write_text("\n".join(lines) + "\n")
