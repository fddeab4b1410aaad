#!/usr/bin/env python3
"""Writes the golden values of IrisGoldenTest: PyTorch trains the network of `./candela iris`.

Run from the repository's root, with the PyTorch that the first line of the result names:

    python tools/golden/iris.py

It writes examples/src/test/resources/golden/iris.txt. Everything random comes from the default generator, in the order of `./candela iris`:
the split, the start values, and before each epoch the order of the training data.
"""

import collections
import csv
import pathlib

import torch

SEED, EPOCHS, BATCH, LR, LOSSES = 0, 100, 5, 1e-3, 20
DATA = pathlib.Path("examples/src/main/resources/io/candela/examples/iris.csv")
OUT = pathlib.Path("examples/src/test/resources/golden/iris.txt")
SPECIES = ["setosa", "versicolor", "virginica"]

torch.set_num_threads(1)
with DATA.open() as file:
    rows = list(csv.reader(file))[1:]
inputs = torch.tensor([[float(cell) for cell in row[:4]] for row in rows])
targets = torch.tensor([SPECIES.index(row[4]) for row in rows])

torch.manual_seed(SEED)
size = len(rows) * 7 // 10
order = torch.randperm(len(rows))
train, test = order[:size], order[size:]
model = torch.nn.Sequential(collections.OrderedDict(
    hidden=torch.nn.Linear(4, 8), act=torch.nn.ReLU(), output=torch.nn.Linear(8, 3), logsoftmax=torch.nn.LogSoftmax(dim=1)))
loss_fn = torch.nn.NLLLoss()
optimizer = torch.optim.Adam(model.parameters(), LR)
losses = []
for epoch in range(EPOCHS):
    for batch in torch.randperm(size).split(BATCH):
        loss = loss_fn(model(inputs[train[batch]]), targets[train[batch]])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
with torch.no_grad():
    correct = (model(inputs[test]).argmax(1) == targets[test]).sum().item()

lines = [
    f"# torch {torch.__version__}; made by tools/golden/iris.py",
    f"seed {SEED}",
    f"epochs {EPOCHS}",
    f"batch {BATCH}",
    f"lr {LR}",
    "losses " + " ".join(f"{loss:.9g}" for loss in losses[:LOSSES]),
    *(f"{name} " + " ".join(f"{value:.9g}" for value in parameter.flatten().tolist()) for name, parameter in model.state_dict().items()),
    f"correct {correct}",
    f"total {len(rows) - size}",
]
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text("\n".join(lines) + "\n")
