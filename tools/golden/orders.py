"""Writes the strides of what PyTorch computes element by element from operands that lie in any order, for framework-core's ResultOrderTest.

Run from the repository's root:  python tools/golden/orders.py

A line is "op;operand;...;strides". An operand is "sizes/strides", numbers separated by commas; a stride of 0 is an expanded dimension. Operands lie
dense in a random order of their dimensions, some with a gap, some expanded, some with fewer dimensions than the result.
"""

import pathlib
import random

import torch

OUT = pathlib.Path("framework-core/src/test/resources/golden/orders.txt")
SEED = 20
COUNT = 500
OPS = {
    "exp": (1, lambda a: a.exp()),
    "clone": (1, lambda a: a.clone()),
    "clamp": (1, lambda a: a.clamp(-1, 1)),
    "toDouble": (1, lambda a: a.to(torch.float64)),
    "gtNumber": (1, lambda a: a > 0.25),
    "mulNumber": (1, lambda a: a * 1.5),
    "add": (2, lambda a, b: a + b),
    "maximum": (2, lambda a, b: torch.maximum(a, b)),
    "gt": (2, lambda a, b: a > b),
    "atan2": (2, lambda a, b: torch.atan2(a, b)),
    "zerosLike": (1, torch.zeros_like),
    "fullLike": (1, lambda a: torch.full_like(a, 2, dtype=torch.int64)),
    "randLike": (1, torch.rand_like),
    "maskedFill": (2, lambda a, b: a.masked_fill(b > 0, 2.5)),
    "where": (3, lambda a, b, c: torch.where(a > 0, b, c)),
    "addcmul": (3, lambda a, b, c: torch.addcmul(a, b, c, value=0.5)),
}


def operand(shape):
    sizes = list(shape)
    if random.random() < 0.3:
        sizes = sizes[random.randint(0, len(sizes)):]
    sizes = [1 if random.random() < 0.15 else n for n in sizes]
    order = list(range(len(sizes)))
    if random.random() < 0.7:
        random.shuffle(order)
    strides = [0] * len(sizes)
    step = 1
    for dim in reversed(order):
        if random.random() < 0.1:
            step *= 2
        strides[dim] = step
        step *= sizes[dim]
    if sizes and random.random() < 0.15:
        strides[random.randrange(len(sizes))] = 0
    return sizes, strides


def filled(sizes, strides):
    base = torch.zeros(1 + sum((n - 1) * s for n, s in zip(sizes, strides)))
    return base.as_strided(sizes, strides)


def listed(numbers):
    return ",".join(map(str, numbers))


random.seed(SEED)
lines = [f"# torch {torch.__version__}, seed {SEED}; made by tools/golden/orders.py"]
while len(lines) <= COUNT:
    name = random.choice(list(OPS))
    count, function = OPS[name]
    shape = [random.choice([1, 2, 3, 4, 5]) for _ in range(random.randint(1, 5))]
    first = operand(shape)
    operands = [first] + [first if random.random() < 0.3 else operand(shape) for _ in range(count - 1)]
    result = function(*(filled(*o) for o in operands))
    lines.append(";".join([name] + [f"{listed(sizes)}/{listed(strides)}" for sizes, strides in operands] + [listed(result.stride())]))
OUT.write_text("\n".join(lines) + "\n")
