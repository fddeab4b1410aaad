#!/usr/bin/env python3
"""Makes the files of framework-io/src/test/resources/golden/pt with PyTorch itself. Needs torch and numpy.

    python tools/golden/pt_files.py

Tensors hold counting numbers, so that the tests know what to expect without a second file.
"""
import collections
import io
import pathlib
import random
import sys
import tarfile
import warnings

import numpy
import torch

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "framework-io/src/test/resources/golden/pt"
SEED = 7
warnings.filterwarnings("ignore")


def save(name, value, **options):
    torch.save(value, FOLDER / f"{name}.pth", **options)


def save_module_without_source(name, module):
    """A whole module in the old format, which would otherwise hold the text and the path of the module's source file."""
    find = torch.serialization.get_source_lines_and_file
    torch.serialization.get_source_lines_and_file = None  # PyTorch goes on without a source that it cannot find
    try:
        save(name, module, _use_new_zipfile_serialization=False)
    finally:
        torch.serialization.get_source_lines_and_file = find


def fill(module):
    start = 0
    for value in module.state_dict().values():
        value.copy_(torch.arange(start, start + value.numel()).reshape(value.shape))
        start += value.numel()
    return module


def optimized(make):
    """Two parameters and one step; the gradient of element i is i + 1, that of the last parameter stays away."""
    parameters = [torch.nn.Parameter(torch.zeros(2, 3)), torch.nn.Parameter(torch.zeros(3)), torch.nn.Parameter(torch.zeros(1))]
    optimizer = make(parameters)
    for parameter in parameters[:2]:
        parameter.grad = torch.arange(1.0, parameter.numel() + 1).reshape(parameter.shape)
    optimizer.step()
    return optimizer.state_dict()


def main():
    torch.manual_seed(SEED)
    FOLDER.mkdir(parents=True, exist_ok=True)
    model = fill(torch.nn.Sequential(torch.nn.Linear(4, 2), torch.nn.BatchNorm1d(2)))
    save("state_dict", model.state_dict())
    tied = torch.nn.ModuleDict({"a": torch.nn.Linear(2, 2, bias=False), "b": torch.nn.Linear(2, 2, bias=False)})
    tied.b.weight = tied.a.weight
    save("tied", fill(tied).state_dict())
    save("adam", optimized(lambda p: torch.optim.Adam(p, lr=0.5, amsgrad=True)))
    save("sgd", optimized(lambda p: torch.optim.SGD([{"params": p[:1], "lr": 0.25}, {"params": p[1:]}], lr=0.5, momentum=0.9)))
    save("checkpoint", {"epoch": 3, "model": model.state_dict(), "optimizer": optimized(lambda p: torch.optim.SGD(p, lr=0.5)), "loss": 0.25,
                        "args": {"lr": 0.5, "name": "run"}})

    odd_nan = torch.tensor([0x7FC0BEEF, -0x400001], dtype=torch.int32).view(torch.float32)
    save("types", collections.OrderedDict(
        float64=torch.tensor([0.5, float("-inf")], dtype=torch.float64), float32=torch.tensor([1.5, -0.0]), int64=torch.tensor([1 << 40, -1]),
        int32=torch.tensor([7, -8], dtype=torch.int32), int16=torch.tensor([-32768, 9], dtype=torch.int16),
        int8=torch.tensor([-128, 127], dtype=torch.int8), float16=torch.tensor([0x7C01, -0x155, 0x3C01], dtype=torch.int16).view(torch.float16),
        bfloat16=torch.tensor([0x7F81, -0x42, 0x3F81], dtype=torch.int16).view(torch.bfloat16), uint8=torch.tensor([0, 255], dtype=torch.uint8), bool=torch.tensor([True, False]),
        scalar=torch.tensor(42.0), empty=torch.zeros(0, 3), nan=odd_nan))
    base = torch.arange(24.0).reshape(4, 6)
    save("views", {"base": base, "rows": base[1:3], "transposed": base.t(), "steps": base[::2, 1::3], "diagonal": base.diagonal(),
                   "expanded": torch.tensor([5.0]).expand(2, 3), "channels_last": torch.arange(24.0).reshape(1, 2, 3, 4).to(
                       memory_format=torch.channels_last), "empty": base[4:, 2:]})
    save("values", {"none": None, "yes": True, "no": False, "ints": [0, 255, 256, 65535, 65536, -1, -2**31, 2**31, -2**63, 2**63, -2**63 - 1, 2**100],
                    "floats": [0.0, -0.0, 1e300, float("inf"), float("-inf")], "text": "gr\u00fc\u00df \U0001f525", "": "empty key", "nul": "a\0b",
                    "tuple": (1, (2,), (), (1, 2, 3), (1, 2, 3, 4)), "list": [[], [1], {}], 5: "int key", (1, "a"): "tuple key", "bytes": b"\0\xff\n",
                    "size": torch.Size([2, 3]), "no size": torch.Size([]), "dtype": torch.float32, "cpu": torch.device("cpu"),
                    "cuda": torch.device("cuda", 1), "mps": torch.device("mps")})
    twice = [1, 2]
    tensor = torch.arange(2.0)
    save("shared", {"a": twice, "b": twice, "t": tensor, "u": tensor})
    save("sets", {"set": {3}, "frozen": frozenset(["x"]), "counter": collections.Counter("aab"), "bytearray": bytearray(b"xy"), "empty": b"",
                  "ordered": collections.OrderedDict([(1, "one")])})
    save("batches", {"dict1000": {i: i for i in range(1000)}, "list1001": list(range(1001)), "ordered1001": collections.OrderedDict(
        (str(i), i) for i in range(1001)), "ordered1000": collections.OrderedDict((str(i), i) for i in range(1000))})
    save("parameter", {"parameter": torch.nn.Parameter(torch.arange(2.0)), "frozen": torch.nn.Parameter(torch.arange(3.0), requires_grad=False),
                       "leaf": torch.arange(4.0, requires_grad=True)})
    with_attribute = torch.nn.Parameter(torch.arange(2.0))
    with_attribute.note = "kept by Python only"
    save("attributes", {"parameter": with_attribute})
    for protocol in (3, 4, 5):
        save(f"protocol{protocol}", {"model": model.state_dict(), "bytes": b"\0\xff", "set": {1}, "big": 2**70, "name": "x" * 300,
                                     "pair": (1, 2)}, pickle_protocol=protocol)
    save("numpy", {"f8": numpy.float64(0.5), "f4": numpy.float32(1.5), "i8": numpy.int64(-7), "u1": numpy.uint8(200), "b1": numpy.bool_(True),
                   "array": numpy.arange(6, dtype=numpy.float32).reshape(2, 3), "fortran": numpy.asfortranarray(numpy.arange(6).reshape(2, 3)),
                   "swapped": numpy.array([1.0, 2.0], dtype=">f8")})
    save("storage", {"typed": torch.arange(3.0).storage(), "untyped": torch.tensor([1, 2], dtype=torch.uint8).untyped_storage()})

    tag = torch.serialization.location_tag
    torch.serialization.location_tag = lambda storage: "cuda:0"
    save("gpu", fill(torch.nn.Linear(2, 2)).state_dict())
    torch.serialization.location_tag = tag
    torch.serialization.set_crc32_options(False)
    save("no_checksums", {"x": torch.arange(3.0)})
    torch.serialization.set_crc32_options(True)

    for dtype in (torch.complex64, torch.uint16, torch.float8_e4m3fn):
        save(f"refused_{str(dtype)[6:]}", {"layer.weight": torch.zeros(2, dtype=dtype)})
    save("refused_conj", {"x": torch.tensor([1 + 2j]).conj()})
    save("refused_complex", {"x": 1 + 2j})
    save("refused_sparse", {"x": torch.eye(2).to_sparse()})
    save("refused_quantized", {"x": torch.quantize_per_tensor(torch.zeros(2), 1.0, 0, torch.qint8)})
    save("refused_meta", {"x": torch.empty(2, device="meta")})
    save("refused_module", torch.nn.Linear(1, 1))
    save("refused_random", {"x": random.Random(SEED)})
    shared = torch.arange(6.0).reshape(2, 3)  # storages of this format are named by their addresses: its bytes differ from run to run
    save("legacy", {"model": model.state_dict(), "epoch": 3, "transposed": shared.t(), "shared": shared, "row": shared[1], "empty": torch.zeros(0, 3),
                    "parameter": torch.nn.Parameter(torch.arange(2.0)), "bytes": b"\0\xff"}, _use_new_zipfile_serialization=False)
    save_module_without_source("refused_legacy_module", torch.nn.Linear(1, 1))
    torch.jit.save(torch.jit.trace(model.eval(), torch.zeros(2, 4)), FOLDER / "torchscript.pth")
    with tarfile.open(FOLDER / "refused_tar.pth", "w") as tar:
        info = tarfile.TarInfo("storages")
        info.size = 1
        tar.addfile(info, io.BytesIO(b"0"))
    (FOLDER / "MADE_BY").write_text(f"tools/golden/pt_files.py with torch {torch.__version__}, numpy {numpy.__version__}, "
                                    f"Python {sys.version.split()[0]}, seed {SEED}\n")


if __name__ == "__main__":
    main()
