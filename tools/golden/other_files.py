#!/usr/bin/env python3
"""Makes the files of framework-io/src/test/resources/golden/{safetensors,npy} with safetensors and NumPy themselves. Needs torch.

    python tools/golden/other_files.py

Tensors hold counting numbers, so that the tests know what to expect without a second file.
"""
import json
import pathlib
import sys
import zipfile

import numpy
import safetensors
import safetensors.torch
import torch

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "framework-io/src/test/resources/golden"


def make_safetensors(folder):
    save = safetensors.torch.save_file
    save({"weight": torch.arange(6.0).reshape(2, 3), "count": torch.tensor(7), "bias": torch.tensor([0.5, float("-inf")], dtype=torch.float64),
          "int": torch.tensor([1, -2], dtype=torch.int32), "byte": torch.tensor([0, 255], dtype=torch.uint8), "mask": torch.tensor([True, False]),
          "empty": torch.zeros(0, 3), "gr\u00fc\u00df \"q\"": torch.tensor(42.0)}, folder / "types.safetensors", metadata={"format": "pt"})
    save({f"t{dtype}".replace("torch.", ""): torch.arange(2).to(dtype) for dtype in (torch.float16, torch.bfloat16, torch.int8, torch.int16)},
         folder / "small_types.safetensors")
    save({"x": torch.zeros(2, dtype=torch.float8_e4m3fn)}, folder / "refused_float8_e4m3fn.safetensors")
    save({}, folder / "nothing.safetensors")
    tied = torch.nn.ModuleDict({"a": torch.nn.Linear(2, 2, bias=False), "b": torch.nn.Linear(2, 2, bias=False)})
    tied.b.weight = tied.a.weight
    with torch.no_grad():
        tied.a.weight.copy_(torch.arange(4.0).reshape(2, 2))
    safetensors.torch.save_model(tied, str(folder / "left_out.safetensors"))
    shards = [{"a": torch.arange(3.0), "b": torch.arange(4.0)}, {"c": torch.arange(2)}]
    for index, shard in enumerate(shards):
        save(shard, folder / f"set-{index + 1:05d}-of-00002.safetensors", metadata={"format": "pt"})
    names = {name: f"set-{index + 1:05d}-of-00002.safetensors" for index, shard in enumerate(shards) for name in shard}
    (folder / "set.safetensors.index.json").write_text(json.dumps({"metadata": {"total_size": 44}, "weight_map": names}, indent=2) + "\n")


def make_npy(folder):
    counting = numpy.arange(6, dtype=numpy.float32).reshape(2, 3)
    for version in (1, 2, 3):
        with open(folder / f"v{version}.npy", "wb") as file:
            numpy.lib.format.write_array(file, counting, version=(version, 0))
    numpy.save(folder / "fortran.npy", numpy.asfortranarray(counting))
    numpy.save(folder / "big.npy", counting.astype(">f4"))
    numpy.save(folder / "big_fortran_int64.npy", numpy.asfortranarray(numpy.arange(6).reshape(2, 3).astype(">i8")))
    numpy.save(folder / "scalar.npy", numpy.array(42, dtype=numpy.int64))
    numpy.save(folder / "empty.npy", numpy.zeros((0, 3), dtype=numpy.uint8))
    numpy.save(folder / "bool.npy", numpy.array([True, False]))
    numpy.save(folder / "double.npy", numpy.array([0.5, float("nan")]))
    numpy.save(folder / "refused_object.npy", numpy.array([None, "x"], dtype=object), allow_pickle=True)
    numpy.save(folder / "refused_record.npy", numpy.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
    numpy.save(folder / "refused_text.npy", numpy.array(["a", "b"]))
    numpy.save(folder / "refused_complex64.npy", numpy.zeros(2, dtype=numpy.complex64))
    arrays = {"weight": counting, "nested/name": numpy.arange(4), "fortran": numpy.asfortranarray(counting), "zeros": numpy.zeros((100, 100)),
              "empty": numpy.zeros(0, dtype=numpy.int32)}
    numpy.savez(folder / "stored.npz", **arrays)
    numpy.savez_compressed(folder / "deflated.npz", **arrays)
    with zipfile.ZipFile(folder / "refused_bzip2.npz", "w", zipfile.ZIP_BZIP2) as archive:
        archive.write(folder / "v1.npy", "x.npy")
    with zipfile.ZipFile(folder / "refused_text.npz", "w") as archive:
        archive.writestr("readme.txt", "no array")


def main():
    for name, make in (("safetensors", make_safetensors), ("npy", make_npy)):
        folder = FOLDER / name
        folder.mkdir(parents=True, exist_ok=True)
        make(folder)
        (folder / "MADE_BY").write_text(f"tools/golden/other_files.py with torch {torch.__version__}, safetensors {safetensors.__version__}, "
                                        f"numpy {numpy.__version__}, Python {sys.version.split()[0]}; no random numbers\n")


if __name__ == "__main__":
    main()
