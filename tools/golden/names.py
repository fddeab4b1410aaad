"""Writes the public names of PyTorch that CoverageTest in examples compares Candela's with.

Run from the repository's root, with the PyTorch that the result's first line names:

    python tools/golden/names.py

It writes examples/src/test/resources/coverage/names.txt: a name with its namespace per line. A name is public if it has no leading underscore and is,
in torch.Tensor, a method or attribute; in torch and torch.nn.functional, a function; in torch.nn, a class; elsewhere, in the namespace's __all__.
"""

import inspect
import pathlib

import torch
from torch import nn, optim
from torch.nn.utils import parametrizations, parametrize, rnn

OUT = pathlib.Path("examples/src/test/resources/coverage/names.txt")


def public(namespace, wanted):
    return sorted(n for n in dir(namespace) if not n.startswith("_") and wanted(n, getattr(namespace, n)))


def function(name, value):
    """Functions, and context managers written as such; not the helpers that a namespace imported."""
    return callable(value) and name[0].islower() and "helper" not in name and getattr(value, "__module__", "") not in (
        "typing", "dataclasses", "torch.overrides", "torch._jit_internal")


def names(namespace):
    return sorted(n for n in namespace.__all__ if not n.startswith("_"))


NAMES = {
    "torch.Tensor": public(torch.Tensor, lambda n, v: True),
    "torch": public(torch, function),
    "torch.linalg": public(torch.linalg, function),
    "torch.special": names(torch.special),
    "torch.fft": [n for n in names(torch.fft) if n != "Tensor"],
    "torch.autograd": names(torch.autograd),
    "torch.autograd.functional": names(torch.autograd.functional),
    "torch.nn": public(nn, lambda n, v: inspect.isclass(v)),
    "torch.nn.functional": public(nn.functional, function),
    "torch.nn.init": names(nn.init),
    "torch.nn.utils": public(nn.utils, function),
    "torch.nn.utils.parametrize": names(parametrize),
    "torch.nn.utils.parametrizations": names(parametrizations),
    "torch.nn.utils.rnn": names(rnn),
    "torch.optim": public(optim, lambda n, v: inspect.isclass(v)),
    "torch.optim.lr_scheduler": names(optim.lr_scheduler),
    "torch.optim.swa_utils": names(optim.swa_utils),
}
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text("\n".join([f"# torch {torch.__version__}; made by tools/golden/names.py"] + [f"{space}.{n}" for space, all_names in NAMES.items() for n in all_names]) + "\n")
print(f"{OUT}: " + ", ".join(f"{space} {len(all_names)}" for space, all_names in NAMES.items()))
