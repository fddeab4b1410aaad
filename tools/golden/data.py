#!/usr/bin/env python3
"""Writes the golden values of framework-io's data package: the orders of torch.utils.data.

Run from the repository's root, with the PyTorch that the first line of the result names:

    python tools/golden/data.py

It writes framework-io/src/test/resources/golden/data.txt: a name and integers per line. "next" lines are what torch.randint(1000, (3,)) gives
afterwards, from the generator that was used: both must go on alike.
"""

import pathlib

import torch
from torch.utils.data import DataLoader, RandomSampler, SubsetRandomSampler, TensorDataset, WeightedRandomSampler, random_split

OUT = pathlib.Path("framework-io/src/test/resources/golden/data.txt")
lines = [f"# torch {torch.__version__}; made by tools/golden/data.py"]


def add(name, values):
    lines.append(" ".join([name, *map(str, values)]))


def following(name, generator):
    add(name + ".next", torch.randint(1000, (3,), generator=generator).tolist())


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def sampler(name, make, generator=None):
    """Two epochs."""
    torch.manual_seed(11)
    it = make(generator)
    add(name + ".first", list(it))
    add(name + ".second", list(it))
    following(name, generator)


for name, parts in (("lengths", [7, 0, 3]), ("fractions", [0.5, 0.25, 0.25])):
    g = seeded(5)
    for i, part in enumerate(random_split(range(10), parts, generator=g)):
        add(f"split.{name}.{i}", part.indices)
    following(f"split.{name}", g)
add("split.many", [len(p) for p in random_split(range(1797), [0.7, 0.1, 0.1, 0.1], generator=seeded(5))])

ten = range(10)
sampler("random", lambda g: RandomSampler(ten))
sampler("random.generator", lambda g: RandomSampler(ten, generator=g), seeded(3))
sampler("random.more", lambda g: RandomSampler(ten, num_samples=25, generator=g), seeded(3))
sampler("random.replacement", lambda g: RandomSampler(ten, replacement=True, num_samples=70), None)
sampler("random.replacement.generator", lambda g: RandomSampler(ten, replacement=True, num_samples=64, generator=g), seeded(4))
sampler("subset", lambda g: SubsetRandomSampler([5, 1, 8, 9, 2]))
sampler("subset.generator", lambda g: SubsetRandomSampler([5, 1, 8, 9, 2], generator=g), seeded(6))
weights = [0.1, 0.9, 0.4, 0.7, 3.0, 0.6]
sampler("weighted", lambda g: WeightedRandomSampler(weights, 12))
sampler("weighted.once", lambda g: WeightedRandomSampler(weights, 5, replacement=False, generator=g), seeded(8))

data = TensorDataset(torch.arange(10))
for name, options in (("plain", {}), ("shuffle", dict(shuffle=True)), ("drop", dict(shuffle=True, drop_last=True)),
                      ("generator", dict(shuffle=True, generator=seeded(9)))):
    torch.manual_seed(12)
    loader = DataLoader(data, batch_size=3, **options)
    for epoch in range(2):
        batches = [batch[0].tolist() for batch in loader]
        add(f"loader.{name}.{epoch}", sum(batches, []))
        add(f"loader.{name}.{epoch}.sizes", map(len, batches))
    following(f"loader.{name}", options.get("generator"))

OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text("\n".join(lines) + "\n")
