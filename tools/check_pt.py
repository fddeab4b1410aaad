#!/usr/bin/env python3
"""Opens with PyTorch, weights_only=True, what Candela saved. Needs torch.

    python tools/check_pt.py              checks the files of TensorIOTest and OtherReadersTest, value by value
    python tools/check_pt.py FILE...      opens other files and lists what is in them
"""
import math
import pathlib
import struct
import sys

import torch

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "framework-io/src/test/resources/golden"
GOLDEN = FOLDER / "pt/candela.pth"
TYPES = FOLDER / "candela/types.pth"  # what Candela made of PyTorch's pt/types.pth


def same(actual, expected, where):
    if isinstance(expected, torch.Tensor):
        good = (isinstance(actual, torch.Tensor) and actual.dtype == expected.dtype and actual.shape == expected.shape
                and bits(actual) == bits(expected) and actual.requires_grad == expected.requires_grad)
    elif isinstance(expected, dict):
        good = isinstance(actual, dict) and list(actual) == list(expected)
        for key in expected if good else ():
            same(actual[key], expected[key], f"{where}.{key}")
    elif isinstance(expected, (list, tuple)):
        good = type(actual) is type(expected) and len(actual) == len(expected)
        for index, item in enumerate(expected if good else ()):
            same(actual[index], item, f"{where}.{index}")
    else:
        good = type(actual) is type(expected) and actual == expected
    if not good:
        sys.exit(f"{where}: expected {expected!r}, got {actual!r}")


def bits(tensor):
    return bytes(tensor.detach().contiguous().flatten().view(torch.uint8).tolist()) if tensor.numel() else b""


def check_golden():
    nest = torch.load(GOLDEN, weights_only=True)
    weight = torch.arange(6.0).reshape(2, 3)
    nan = torch.frombuffer(bytearray(struct.pack("<If", 0x7FC0BEEF, -0.0)), dtype=torch.float32)
    same(nest, {
        "model": {
            "weight": weight, "tied.weight": weight, "bias": torch.tensor([0.5, math.nan, -math.inf], dtype=torch.float64),
            "count": torch.tensor(7), "int": torch.tensor([1, -2], dtype=torch.int32), "byte": torch.tensor([0, 255], dtype=torch.uint8),
            "mask": torch.tensor([True, False]), "empty": torch.zeros(0, 3), "nan": nan},
        "epoch": 3, "lr": 0.001, "name": "gr\u00fc\u00df \U0001f525", "none": None, "flags": [True, False], "betas": (0.9, 0.999),
        "bytes": b"\0\xff\n", "state": {0: {"step": torch.tensor(1.0)}}, "leaf": torch.arange(2.0, requires_grad=True),
        "column": torch.arange(24.0).reshape(4, 6)[:, 1:2], "transposed": weight.t(), "expanded": torch.ones(2, 2), "size": torch.Size([2, 3]),
        "dtype": torch.float32, "device": torch.device("cuda", 1), "ints": [0, 255, 256, 65536, -1, -2**31, -2**63, 2**100], "set": {"x"},
        "list": list(range(1001)), "pairs": [(), ("a", [])]}, "nest")
    model = nest["model"]
    same(dict(model._metadata), {"": {"version": 1}, "norm": {"version": 2}}, "metadata")
    assert type(model).__name__ == "OrderedDict"
    assert model["weight"].untyped_storage().data_ptr() == model["tied.weight"].untyped_storage().data_ptr(), "not tied"
    assert nest["transposed"].stride() == (1, 3), "strides are lost"
    assert nest["column"].untyped_storage().nbytes() == 16, "a view saved more than its elements"
    mapped = torch.load(GOLDEN, weights_only=True, mmap=True)
    same(mapped["model"]["weight"], weight, "mapped")
    assert mapped["model"]["weight"].data_ptr() % 64 == 0, "not aligned"
    same(dict(torch.load(TYPES, weights_only=True)), torch.load(FOLDER / "pt/types.pth", weights_only=True), "types")
    print(f"{GOLDEN.name}, {TYPES.name}: as expected, torch {torch.__version__}")


def show(value, name):
    if isinstance(value, torch.Tensor):
        print(f"  {name} {tuple(value.shape)} {value.dtype}")
    elif isinstance(value, dict):
        for key, item in value.items():
            show(item, f"{name}.{key}" if name else str(key))
    else:
        print(f"  {name} = {value!r:.80}")


def main():
    if len(sys.argv) == 1:
        check_golden()
    for file in sys.argv[1:]:
        print(file)
        show(torch.load(file, weights_only=True), "")


if __name__ == "__main__":
    main()
