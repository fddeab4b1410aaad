#!/usr/bin/env python3
"""Opens with safetensors and NumPy what Candela saved. Needs torch, safetensors and numpy.

    python tools/check_safetensors.py              checks the files of OtherReadersTest, value by value
    python tools/check_safetensors.py FILE...      opens other .safetensors, .npz and .npy files and lists what is in them
"""
import pathlib
import sys

import numpy
import safetensors
import safetensors.torch
import torch

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "framework-io/src/test/resources/golden/candela"


def check_golden():
    file = FOLDER / "tied.safetensors"
    tensors = safetensors.torch.load_file(file)
    weight = torch.arange(6.0).reshape(2, 3)
    expected = {"embed": weight, "head": weight, "transposed": weight.t(), "count": torch.tensor(7)}
    assert tensors.keys() == expected.keys(), tensors.keys()
    for name, tensor in expected.items():
        assert tensors[name].dtype == tensor.dtype and torch.equal(tensors[name], tensor), name
    with safetensors.safe_open(file, "pt") as opened:
        assert opened.metadata() == {"format": "pt", "head": "embed"}, opened.metadata()
    for name in ("stored.npz", "deflated.npz"):
        arrays = numpy.load(FOLDER / name)
        assert arrays.files == list(expected), arrays.files
        for key, tensor in expected.items():
            assert arrays[key].dtype == tensor.numpy().dtype and (arrays[key] == tensor.numpy()).all(), key
    check_types()
    print(f"{FOLDER.name}: as expected, safetensors {safetensors.__version__}, numpy {numpy.__version__}")


def check_types():
    """Elements of every type, as PyTorch wrote them and Candela wrote them again: bit by bit."""
    expected = torch.load(FOLDER.parent / "pt/types.pth", weights_only=True)
    tensors = safetensors.torch.load_file(FOLDER / "types.safetensors")
    assert tensors.keys() == expected.keys(), tensors.keys()
    arrays = numpy.load(FOLDER / "types.npz")
    assert set(arrays.files) == expected.keys() - {"bfloat16"}, arrays.files
    for name, tensor in expected.items():
        assert tensors[name].dtype == tensor.dtype and tensors[name].shape == tensor.shape, name
        assert bits(tensors[name]) == bits(tensor), name
        if name in arrays.files:
            assert arrays[name].dtype == tensor.numpy().dtype and arrays[name].tobytes() == bits(tensor), name


def bits(tensor):
    return bytes(tensor.contiguous().flatten().view(torch.uint8).tolist()) if tensor.numel() else b""


def show(file):
    print(file)
    if file.endswith(".safetensors"):
        with safetensors.safe_open(file, "pt") as opened:
            print(f"  metadata {opened.metadata()}")
        arrays = safetensors.torch.load_file(file)
    else:
        loaded = numpy.load(file, allow_pickle=False)
        arrays = {"": loaded} if isinstance(loaded, numpy.ndarray) else {name: loaded[name] for name in loaded.files}
    for name, array in arrays.items():
        print(f"  {name} {tuple(array.shape)} {array.dtype}")


def main():
    if len(sys.argv) == 1:
        check_golden()
    for file in sys.argv[1:]:
        show(file)


if __name__ == "__main__":
    main()
