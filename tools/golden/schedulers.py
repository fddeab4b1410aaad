#!/usr/bin/env python3
"""Makes schedulers.txt, schedulers.pth and optimizers.pth in framework-optim/src/test/resources/golden with PyTorch. Nothing is random.

    python tools/golden/schedulers.py

schedulers.txt has a case per scheduler and options: after some of 1000 steps, each group's learning rate, and its momentum if that is cycled; and
the state dict after the second step, every leaf with its path. The two .pth files hold states that torch.save wrote, and how PyTorch goes on.
"""
import collections
import math
import pathlib
import warnings

import torch
from torch.optim import lr_scheduler as lr
from torch.optim.swa_utils import SWALR

from optim import CASES, gradient, start

warnings.simplefilter("ignore")
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "framework-optim/src/test/resources/golden"
STEPS = 1000
SHOWN = {*range(41), *range(41, STEPS + 1, 17), STEPS - 1, STEPS}


def metric(step):
    return 1 / (1 + step) if step < 30 else 1 + (step * 7919 % 101) / 100 + math.floor(step / 100) / 10


SCHEDULERS = {
    "LambdaLR": lambda o: lr.LambdaLR(o, [lambda e: 0.99 ** e, lambda e: 1 / (1 + e)]),
    "MultiplicativeLR": lambda o: lr.MultiplicativeLR(o, lambda e: 1 - 1 / (e + 10)),
    "StepLR": lambda o: lr.StepLR(o, 30, 0.9),
    "StepLR default": lambda o: lr.StepLR(o, 300),
    "MultiStepLR": lambda o: lr.MultiStepLR(o, [3, 30, 30, 500], 0.5),
    "ConstantLR": lambda o: lr.ConstantLR(o, 0.3, 20),
    "ConstantLR default": lambda o: lr.ConstantLR(o),
    "LinearLR": lambda o: lr.LinearLR(o, 0.1, 0.7, 300),
    "LinearLR default": lambda o: lr.LinearLR(o),
    "ExponentialLR": lambda o: lr.ExponentialLR(o, 0.99),
    "PolynomialLR": lambda o: lr.PolynomialLR(o, 700, 2.0),
    "PolynomialLR default": lambda o: lr.PolynomialLR(o),
    "CosineAnnealingLR": lambda o: lr.CosineAnnealingLR(o, 37, 0.01),
    "CosineAnnealingLR default": lambda o: lr.CosineAnnealingLR(o, 1000),
    "CosineAnnealingWarmRestarts": lambda o: lr.CosineAnnealingWarmRestarts(o, 7, 2, 0.01),
    "CosineAnnealingWarmRestarts default": lambda o: lr.CosineAnnealingWarmRestarts(o, 50),
    "CyclicLR": lambda o: lr.CyclicLR(o, 0.01, 0.3),
    "CyclicLR triangular2": lambda o: lr.CyclicLR(o, [0.01, 0.02], [0.3, 0.4], 20, 30, "triangular2", base_momentum=0.7, max_momentum=0.95),
    "CyclicLR exp_range": lambda o: lr.CyclicLR(o, 0.01, 0.3, 100, mode="exp_range", gamma=0.999, cycle_momentum=False),
    "CyclicLR function": lambda o: lr.CyclicLR(o, 0.01, 0.3, 10, scale_fn=lambda x: 1 / x, scale_mode="cycle"),
    "OneCycleLR": lambda o: lr.OneCycleLR(o, 0.3, 1000),
    "OneCycleLR linear": lambda o: lr.OneCycleLR(o, [0.3, 0.4], 1000, pct_start=0.2, anneal_strategy="linear", div_factor=10.0, final_div_factor=100.0,
                                                 base_momentum=0.7, max_momentum=0.9),
    "OneCycleLR three phases": lambda o: lr.OneCycleLR(o, 0.3, 1000, three_phase=True, cycle_momentum=False),
    "ReduceLROnPlateau": lambda o: lr.ReduceLROnPlateau(o, factor=0.5, patience=3, min_lr=1e-4),
    "ReduceLROnPlateau max": lambda o: lr.ReduceLROnPlateau(o, "max", 0.8, 20, 0.05, "abs", 5, [0.01, 0.001]),
    "SequentialLR": lambda o: lr.SequentialLR(o, [lr.LinearLR(o, 0.1, 1.0, 10), lr.CosineAnnealingLR(o, 490), lr.MultiStepLR(o, [0, 5]),
                                                  lr.ExponentialLR(o, 0.99)], [10, 500, 600]),
    "SequentialLR of others": lambda o: lr.SequentialLR(o, [lr.ConstantLR(o), lr.StepLR(o, 5), lr.PolynomialLR(o, 50), lr.LambdaLR(o, lambda e: 0.9 ** e),
                                                            lr.CosineAnnealingWarmRestarts(o, 20), lr.ConstantLR(o, 0.5, 9)], [7, 30, 100, 300, 600]),
    "ChainedScheduler": lambda o: lr.ChainedScheduler([lr.ConstantLR(o, 0.1, 20), lr.ExponentialLR(o, 0.999), lr.StepLR(o, 400)]),
    "SWALR": lambda o: SWALR(o, 0.05),
    "SWALR linear": lambda o: SWALR(o, [0.05, 0.7], 100, "linear"),
    "SWALR at once": lambda o: SWALR(o, 0.05, 0),
}


def optimizer(kind):
    groups = [dict(params=[torch.zeros(2, requires_grad=True)]), dict(params=[torch.zeros(3, requires_grad=True)], lr=0.5)]
    plain = dict(lr=0.1, weight_decay=0.0)
    return torch.optim.Adam(groups, **plain) if kind == "Adam" else torch.optim.SGD(groups, momentum=0.9, dampening=0.0, **plain)


def values(o):
    cycled = "base_momentum" in o.param_groups[0]
    return [g["lr"] for g in o.param_groups] + [g["betas"][0] if "betas" in g else g["momentum"] for g in o.param_groups if cycled]


def step(o, scheduler, number):
    o.step()
    scheduler.step(*([metric(number)] if isinstance(scheduler, lr.ReduceLROnPlateau) else []))


def leaves(value, path=""):
    if isinstance(value, collections.Counter):
        return [f"{path} = Counter({dict(value)})"]
    if isinstance(value, dict):
        return [line for key, element in value.items() for line in leaves(element, f"{path}.{key}".lstrip("."))]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [line for i, element in enumerate(value) for line in leaves(element, f"{path}.{i}")]
    return [f"{path} = {value}"]


def case(title, make, kind):
    o = optimizer(kind)
    scheduler = make(o)
    lines = [f"case {kind} {title}"]
    for number in range(STEPS + 1):
        if number:
            step(o, scheduler, number)
        if number in SHOWN:
            lines.append(f"{number} {' '.join(map(repr, values(o)))}")
        if number == 2:
            state = leaves(scheduler.state_dict())
    return lines + state


def saved(title, make, kind):
    """The state after 33 steps, and the values after each of the next 20."""
    o = optimizer(kind)
    scheduler = make(o)
    for number in range(1, 34):
        step(o, scheduler, number)
    state = {"scheduler": scheduler.state_dict(), "optimizer": o.state_dict()}
    then = []
    for number in range(34, 54):
        step(o, scheduler, number)
        then.append(values(o))
    return {**state, "then": then}


def trained(make, options):
    """The state after 20 steps, the parameters then, and after 5 more."""
    shape = options.get("shape", (7,))
    parameters = [start(torch.float32, shape), start(torch.float64, shape)]
    o = make(parameters, **{k: v for k, v in options.items() if k not in ("later_lr", "shape")})

    def run(first, last):
        for number in range(first, last + 1):
            for p in parameters:
                p.grad = gradient(number, p.dtype, shape)
            o.step()
        return [p.detach().clone() for p in parameters]

    before = run(1, 20)
    state = {i: {k: v.clone() for k, v in s.items()} for i, s in o.state_dict()["state"].items()}
    return {"optimizer": {**o.state_dict(), "state": state}, "params": before, "stepped": run(21, 25)}


def main():
    pairs = [(title, make, "Adam" if "Cycl" in title and i % 2 else "SGD") for i, (title, make) in enumerate(SCHEDULERS.items())]
    lines = [f"# torch {torch.__version__}, made by tools/golden/schedulers.py"]
    for pair in pairs:
        lines += case(*pair)
    (FOLDER / "schedulers.txt").write_text("\n".join(lines) + "\n")
    torch.save({f"{kind} {title}": saved(title, make, kind) for title, make, kind in pairs}, FOLDER / "schedulers.pth")
    torch.save({f"{make.__name__} {i}": trained(make, cases[i]) for make, cases in CASES.items() for i in (0, -1)}, FOLDER / "optimizers.pth")


if __name__ == "__main__":
    main()
