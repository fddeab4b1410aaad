#!/usr/bin/env python3
"""Opens a model of `./candela digits` with PyTorch, weights_only=True, and compares the digits that both predict. Needs torch.

    ./candela digits
    python tools/check_digits.py digits-model.pth            predicts the 1797 pictures with both and compares them
    python tools/check_digits.py digits-model.pth PICTURES   the same for the pictures of a CSV file without digits

The exit code is 1 if one differs.
"""

import csv
import pathlib
import subprocess
import sys
import tempfile

import torch

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUNDLED = ROOT / "examples/src/main/resources/io/candela/examples/digits.csv"
sys.path.insert(0, str(ROOT / "benchmarks/python"))

from digits import DigitsNet  # noqa: E402


def read(path):
    with open(path, newline="") as file:
        return [row[:64] for row in csv.reader(file)]


def with_pytorch(model_file, rows):
    model = DigitsNet()
    model.load_state_dict(torch.load(model_file, weights_only=True))
    model.eval()
    x = torch.tensor([[float(cell) for cell in row] for row in rows[1:]]).div(16).reshape(-1, 1, 8, 8)
    with torch.no_grad():
        best = model(x).softmax(1).max(1)
    return list(zip(best.indices.tolist(), best.values.tolist()))


def with_candela(model_file, rows):
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="") as file:
        csv.writer(file).writerows(rows)
        file.flush()
        lines = subprocess.run([ROOT / "candela", "digits", "--load", model_file, "--predict", file.name], check=True, capture_output=True,
                               text=True).stdout.splitlines()
    return [(int(digit), float(p)) for digit, p in map(str.split, lines)]


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    rows = read(sys.argv[2] if len(sys.argv) == 3 else BUNDLED)
    expected, actual = with_pytorch(sys.argv[1], rows), with_candela(sys.argv[1], rows)
    if len(expected) != len(actual):
        sys.exit(f"PyTorch predicts {len(expected)} rows, Candela {len(actual)}")
    for row, ((digit, p), (other, q)) in enumerate(zip(expected, actual), 1):
        if digit != other or abs(p - q) > 1e-4:
            sys.exit(f"row {row}: PyTorch says {digit} {p:.4f}, Candela {other} {q:.4f}")
    print(f"PyTorch {torch.__version__} and Candela agree on all {len(expected)} rows")


main()
