#!/usr/bin/env python3
"""Opens a model of `./candela iris` with PyTorch, weights_only=True, and compares the classes that both predict. Needs torch.

    ./candela iris
    python tools/check_iris.py iris-model.pth           predicts the 150 flowers with both and compares them
    python tools/check_iris.py iris-model.pth FLOWERS   the same for the flowers of a CSV file without species

The classes are printed, one per line; the exit code is 1 if one differs.
"""

import collections
import csv
import pathlib
import subprocess
import sys
import tempfile

import torch

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUNDLED = ROOT / "examples/src/main/resources/io/candela/examples/iris.csv"
SPECIES = ["setosa", "versicolor", "virginica"]


def read(path):
    with open(path, newline="") as file:
        return [row[:4] for row in csv.reader(file)]


def with_pytorch(model_file, rows):
    model = torch.nn.Sequential(collections.OrderedDict(
        hidden=torch.nn.Linear(4, 8), act=torch.nn.ReLU(), output=torch.nn.Linear(8, 3), logsoftmax=torch.nn.LogSoftmax(dim=1)))
    model.load_state_dict(torch.load(model_file, weights_only=True))
    with torch.no_grad():
        best = model(torch.tensor([[float(cell) for cell in row] for row in rows[1:]])).exp().max(1)
    return [(SPECIES[i], p) for i, p in zip(best.indices.tolist(), best.values.tolist())]


def with_candela(model_file, rows):
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="") as file:
        csv.writer(file).writerows(rows)
        file.flush()
        lines = subprocess.run([ROOT / "candela", "iris", "--load", model_file, "--predict", file.name], check=True, capture_output=True,
                               text=True).stdout.splitlines()
    return [(species, float(p)) for species, p in map(str.split, lines)]


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    rows = read(sys.argv[2] if len(sys.argv) == 3 else BUNDLED)
    expected, actual = with_pytorch(sys.argv[1], rows), with_candela(sys.argv[1], rows)
    if len(expected) != len(actual):
        sys.exit(f"PyTorch predicts {len(expected)} rows, Candela {len(actual)}")
    for row, ((species, p), (other, q)) in enumerate(zip(expected, actual), 1):
        print(species)
        if species != other or abs(p - q) > 1e-4:
            sys.exit(f"row {row}: PyTorch says {species} {p:.4f}, Candela {other} {q:.4f}")
    print(f"PyTorch {torch.__version__} and Candela agree on all {len(expected)} rows", file=sys.stderr)


main()
