#!/usr/bin/env python3
"""Makes lbfgs.txt and lbfgs.pth in framework-optim/src/test/resources/golden with PyTorch. Nothing is random.

    python tools/golden/lbfgs.py

lbfgs.txt has a case per set of options and element type: after each of 6 steps the loss before it, the evaluations and iterations so far, and the
parameters; then the names of the state. The function is written out in the test too. lbfgs.pth holds a state after 2 steps, and the parameters then
and 2 steps later.
"""
import pathlib

import torch

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "framework-optim/src/test/resources/golden"
CASES = [
    dict(lr=1.0, max_iter=4),
    dict(lr=0.5, history_size=2, max_iter=7),
    dict(lr=1.0, max_iter=5, line_search_fn="strong_wolfe"),
    dict(lr=1.0, max_iter=20, max_eval=6, line_search_fn="strong_wolfe"),
    dict(lr=20.0, max_iter=3, history_size=3, line_search_fn="strong_wolfe"),
    dict(lr=0.001, max_iter=3, tolerance_change=1e-5, line_search_fn="strong_wolfe"),
    dict(lr=1.0, tolerance_grad=0.5),
]


def parameters(dtype):
    return [torch.tensor(values, dtype=dtype, requires_grad=True) for values in ([2.0, -1.5, 3.0], [[0.5, -2.0], [1.0, 4.0]])]


def loss(a, b):
    x = torch.cat([a, b.reshape(-1)])
    center = torch.tensor([-1.0, 0.0, 1.0, -1.0, 0.0, 1.0, -1.0], dtype=x.dtype)
    weight = torch.tensor([0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75], dtype=x.dtype)
    return ((x - center) ** 4 * 0.25 + weight * x * x).sum() + (x[1:] * x[:-1]).sum() * 0.3


def stepper(a, b, options):
    optimizer = torch.optim.LBFGS([a, b], **options)

    def closure():
        optimizer.zero_grad()
        value = loss(a, b)
        value.backward()
        return value

    return optimizer, closure


def numbers(*tensors):
    return " ".join(str(v) for t in tensors for v in t.detach().reshape(-1).numpy())


def case(options, dtype):
    a, b = parameters(dtype)
    optimizer, closure = stepper(a, b, options)
    lines = [f"case {str(dtype).removeprefix('torch.')} {' '.join(f'{k}={v}' for k, v in options.items())}"]
    for _ in range(6):
        value = optimizer.step(closure)
        state = optimizer.state[a]
        lines.append(f"{state['func_evals']} {state['n_iter']} {numbers(value, a, b)}")
    return lines + ["names " + " ".join(state)]


def saved(options):
    a, b = parameters(torch.float64)
    optimizer, closure = stepper(a, b, options)
    for _ in range(2):
        optimizer.step(closure)
    torch.save({"optimizer": optimizer.state_dict(), "params": [a.detach(), b.detach()]}, FOLDER / "lbfgs.pth")
    content = torch.load(FOLDER / "lbfgs.pth")
    for _ in range(2):
        optimizer.step(closure)
    torch.save({**content, "stepped": [a.detach(), b.detach()]}, FOLDER / "lbfgs.pth")


stamp = f"# torch {torch.__version__}, made by tools/golden/lbfgs.py"
lines = [line for options in CASES for line in case(options, torch.float64)]
lines += [line for options in CASES[:3] for line in case(options, torch.float32)]
(FOLDER / "lbfgs.txt").write_text("\n".join([stamp, *lines]) + "\n")
saved(CASES[2])
