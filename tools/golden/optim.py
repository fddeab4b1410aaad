#!/usr/bin/env python3
"""Makes the files of framework-optim/src/test/resources/golden with PyTorch's optimizers. Needs torch and numpy; nothing is random.

    python tools/golden/optim.py

steps.txt has a case per optimizer, options and element type: the parameter after some of 200 steps (of half types, 10), and the state after the
last. Start values and gradients come from the integer formulas below, which the tests repeat; they are exact in float32. state_dicts.txt has the
layout of state dicts: every leaf with its path, as Python prints it.
"""
import pathlib

import torch

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "framework-optim/src/test/resources/golden"
STAMP = f"# torch {torch.__version__}, made by tools/golden/optim.py"
SIZE = 7
SHOWN = [1, 2, 10, 100, 200]
HALVES = (torch.float16, torch.bfloat16)

SGD = [
    dict(lr=0.05),
    dict(lr=0.05, weight_decay=0.1),
    dict(lr=0.05, maximize=True),
    dict(lr=0.05, weight_decay=0.1, maximize=True),
    dict(lr=0.02, momentum=0.9),
    dict(lr=0.02, momentum=0.9, dampening=0.3),
    dict(lr=0.02, momentum=0.9, nesterov=True),
    dict(lr=0.02, momentum=0.9, nesterov=True, weight_decay=0.05, maximize=True),
    dict(lr=0.02, momentum=0.7, dampening=0.5, weight_decay=0.05),
    dict(lr=0.02, momentum=0.7, dampening=0.5, weight_decay=0.05, maximize=True),
    dict(lr=0.0, momentum=0.9),
    dict(lr=0.02, momentum=0.9, later_lr=0.005),
]
ADAM = [
    dict(lr=0.01),
    dict(lr=0.01, betas=(0.5, 0.9)),
    dict(lr=0.01, betas=(0.0, 0.0)),
    dict(lr=0.01, eps=0.1),
    dict(lr=0.01, weight_decay=0.1),
    dict(lr=0.01, weight_decay=0.1, maximize=True),
    dict(lr=0.01, amsgrad=True),
    dict(lr=0.01, amsgrad=True, weight_decay=0.1, maximize=True),
    dict(lr=0.01, weight_decay=0.1, decoupled_weight_decay=True),
    dict(lr=0.01, weight_decay=0.1, decoupled_weight_decay=True, amsgrad=True, maximize=True),
    dict(lr=0.01, maximize=True),
    dict(lr=0.01, later_lr=0.002),
]

DECAYED = dict(lr=0.01, weight_decay=0.1, maximize=True)
CASES = {
    torch.optim.SGD: SGD,
    torch.optim.Adam: ADAM,
    torch.optim.AdamW: [
        dict(lr=0.01),
        dict(lr=0.01, betas=(0.5, 0.9), eps=0.1),
        dict(lr=0.01, weight_decay=0.1, amsgrad=True, maximize=True),
    ],
    torch.optim.NAdam: [
        dict(lr=0.01),
        dict(lr=0.01, betas=(0.5, 0.9), eps=0.1, momentum_decay=0.1),
        dict(lr=0.01, momentum_decay=0.0, later_lr=0.002),
        DECAYED,
        dict(decoupled_weight_decay=True, **DECAYED),
    ],
    torch.optim.RAdam: [
        dict(lr=0.01),
        dict(lr=0.01, betas=(0.5, 0.9), eps=0.1),
        dict(lr=0.01, betas=(0.9, 0.5), later_lr=0.002),
        DECAYED,
        dict(decoupled_weight_decay=True, **DECAYED),
    ],
    torch.optim.Adamax: [dict(lr=0.01), dict(lr=0.01, betas=(0.5, 0.9), eps=0.1, later_lr=0.002), DECAYED],
    torch.optim.Adagrad: [
        dict(lr=0.05),
        dict(lr=0.05, lr_decay=0.01, initial_accumulator_value=0.5, later_lr=0.01),
        dict(eps=0.1, **DECAYED),
    ],
    torch.optim.Adadelta: [dict(), dict(lr=0.5, rho=0.5, eps=0.001, later_lr=0.1), dict(lr=1.0, weight_decay=0.1, maximize=True)],
    torch.optim.RMSprop: [
        dict(lr=0.01),
        dict(lr=0.01, alpha=0.9, eps=0.1, later_lr=0.002),
        dict(lr=0.01, momentum=0.9),
        dict(lr=0.01, alpha=0.9, centered=True),
        dict(momentum=0.5, centered=True, **DECAYED),
    ],
    torch.optim.Rprop: [
        dict(lr=0.01),
        dict(lr=0.01, etas=(0.3, 1.5), step_sizes=(0.001, 0.1), later_lr=0.5),
        dict(lr=0.01, step_sizes=(0.005, 0.1), maximize=True),
    ],
    torch.optim.ASGD: [
        dict(lr=0.01),
        dict(lr=0.05, lambd=0.01, alpha=0.5, t0=50.0, later_lr=0.01),
        dict(t0=0.0, **DECAYED),
    ],
    torch.optim.Adafactor: [
        dict(),
        dict(lr=0.05, shape=(4, 5)),
        dict(lr=0.05, shape=(2, 3, 4), beta2_decay=-0.5, eps=(0.1, 0.5), d=1.5, later_lr=0.01),
        dict(weight_decay=0.1, maximize=True, lr=0.01, shape=(5, 4)),
    ],
}
COARSE = (torch.optim.Rprop,)  # goes by signs, which the rounding of a half type turns


def periodic(values, dtype, shape):
    """A tensor of seven values in turn."""
    count = torch.Size(shape).numel()
    return torch.tensor((values * (count // SIZE + 1))[:count], dtype=dtype).reshape(shape)


def start(dtype, shape=(SIZE,)):
    return periodic([((i * 29 + 7) % 61 - 30) / 32 for i in range(SIZE)], dtype, shape).requires_grad_()


def gradient(step, dtype, shape=(SIZE,)):
    scale = 3 if step % 50 == 0 else 1  # a peak now and then: amsgrad remembers it
    return periodic([((step * 37 + i * 101 + step * i * 13) % 129 - 56) * scale / 64 for i in range(SIZE)], dtype, shape)


def numbers(tensor):
    numbers = tensor.detach().double() if tensor.dtype in HALVES else tensor.detach()
    return " ".join(str(v) for v in numbers.numpy().reshape(-1))


def case(make, options, dtype):
    options = dict(options)
    words = [make.__name__, str(dtype).removeprefix("torch.")]
    words += [f"{k}={','.join(map(str, v)) if isinstance(v, tuple) else v}" for k, v in options.items()]
    later = options.pop("later_lr", None)
    shape = options.pop("shape", (SIZE,))
    parameter = start(dtype, shape)
    optimizer = make([parameter], **options)
    lines = ["case " + " ".join(words)]
    for step in range(1, 11 if dtype in HALVES else 201):
        if step == 101 and later is not None:
            optimizer.param_groups[0]["lr"] = later
        parameter.grad = gradient(step, dtype, shape)
        optimizer.step()
        if step in SHOWN:
            lines.append(f"{step} {numbers(parameter)}")
    lines += [f"{name} {numbers(value)}" for name, value in optimizer.state.get(parameter, {}).items()]
    return lines


def leaves(value, path=""):
    if isinstance(value, dict):
        return [line for key, element in value.items() for line in leaves(element, f"{path}.{key}".lstrip("."))]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [line for i, element in enumerate(value) for line in leaves(element, f"{path}.{i}")]
    if isinstance(value, torch.Tensor):
        number = f" {value.item()}" if path.rpartition(".")[2] in ("step", "mu_product", "eta", "mu") else ""
        value = f"{str(value.dtype).removeprefix('torch.')} {list(value.shape)}{number}"
    return [f"{path} = {value}"]


def state_dict(title, make):
    """Three parameters in two groups; the second gets no gradient."""
    a, b, c = (torch.nn.Parameter(torch.ones(shape)) for shape in [(2, 3), (3,), ()])
    optimizer = make(a, b, c)
    for _ in range(2):
        a.grad = torch.ones(2, 3)
        c.grad = torch.ones(())
        optimizer.step()
    saved = optimizer.state_dict()
    for group in saved["param_groups"]:  # names last: where they stand depends on what else the group was given
        if "param_names" in group:
            group["param_names"] = group.pop("param_names")
    return [f"dict {title}", *leaves(saved)]


MUON = [dict(), dict(nesterov=False, weight_decay=0.0, momentum=0.5), dict(adjust_lr_fn="match_rms_adamw", ns_coefficients=(2.0, -1.5, 0.5), ns_steps=7, eps=0.5)]


def muon():
    """Matrices alone, and few steps: the iteration in bfloat16 leaves three digits, which no two sums in another order share."""
    for number, options in enumerate(MUON):
        for shape in (4, 6), (6, 4), (5, 5):
            parameter = start(torch.float32, shape)
            optimizer = torch.optim.Muon([parameter], lr=0.02, **options)
            for step in range(1, 6):
                parameter.grad = gradient(step, torch.float32, shape)
                optimizer.step()
            state = optimizer.state[parameter]["momentum_buffer"]
            yield from (f"case {number} {shape[0]} {shape[1]}", f"parameter {numbers(parameter)}", f"momentum_buffer {numbers(state)}")


def main():
    lines = [STAMP, *muon()]
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "muon.txt").write_text("\n".join(lines) + "\n")
    lines = [STAMP]
    for make, cases in CASES.items():
        for options in cases:
            for dtype in torch.float32, torch.float64, *(() if make in COARSE else HALVES):
                found = case(make, options, dtype)
                if not any("nan" in line for line in found):  # float16 has no 1e-8: eps is 0 there, and 0/0 where a gradient is
                    lines += found
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "steps.txt").write_text("\n".join(lines) + "\n")

    sgd = dict(dampening=0.0, weight_decay=0.0)
    lines = [STAMP]
    lines += state_dict("SGD", lambda a, b, c: torch.optim.SGD([a, b, c], lr=0.1, momentum=0.0, **sgd))
    lines += state_dict("SGD momentum, groups", lambda a, b, c: torch.optim.SGD(
        [dict(params=[a, b]), dict(params=[c], lr=0.5, nesterov=True)], lr=0.1, momentum=0.9, **sgd))
    lines += state_dict("Adam", lambda a, b, c: torch.optim.Adam([a, b, c], lr=0.1, weight_decay=0.0))
    lines += state_dict("Adam amsgrad, named groups", lambda a, b, c: torch.optim.Adam(
        [dict(params=[("a", a), ("b", b)]), dict(params=[("c", c)], lr=0.5)], lr=0.1, weight_decay=0.0, amsgrad=True))
    lines += state_dict("Adam, a parameter twice", lambda a, b, c: torch.optim.Adam([a, b, a, c], lr=0.1, weight_decay=0.0))
    lines += state_dict("AdamW", lambda a, b, c: torch.optim.AdamW([a, b, c], lr=0.1))
    lines += state_dict("NAdam", lambda a, b, c: torch.optim.NAdam([a, b, c], lr=0.1, weight_decay=0.0))
    lines += state_dict("RAdam", lambda a, b, c: torch.optim.RAdam([a, b, c], lr=0.1, weight_decay=0.0))
    lines += state_dict("Adamax", lambda a, b, c: torch.optim.Adamax([a, b, c], lr=0.1, weight_decay=0.0))
    lines += state_dict("Adagrad", lambda a, b, c: torch.optim.Adagrad([a, b, c], lr=0.1, lr_decay=0.0, weight_decay=0.0, initial_accumulator_value=0.0))
    lines += state_dict("Adadelta", lambda a, b, c: torch.optim.Adadelta([a, b, c], lr=0.1, weight_decay=0.0))
    lines += state_dict("RMSprop", lambda a, b, c: torch.optim.RMSprop([a, b, c], lr=0.1, momentum=0.0, weight_decay=0.0))
    lines += state_dict("RMSprop centered, momentum", lambda a, b, c: torch.optim.RMSprop(
        [a, b, c], lr=0.1, momentum=0.9, centered=True, weight_decay=0.0))
    lines += state_dict("Rprop", lambda a, b, c: torch.optim.Rprop([a, b, c], lr=0.1, step_sizes=(1e-6, 50.0)))
    lines += state_dict("ASGD", lambda a, b, c: torch.optim.ASGD([a, b, c], lr=0.1, t0=1e6, weight_decay=0.0))
    lines += state_dict("Adafactor", lambda a, b, c: torch.optim.Adafactor([a, b, c], lr=0.1))
    (FOLDER / "state_dicts.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
