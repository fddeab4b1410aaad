"""Writes parametrize.txt, the golden values of framework-nn's ParametrizeTest, with PyTorch.

Run from the repository's root, with the PyTorch that the result's first line names:

    python tools/golden/parametrize.py

Each case trains a network whose weights are computed from others for 5 steps on the inputs below. Its lines:

    == name
    printed      the network's printed form, lines joined by "|"
    parameters   the names of its parameters, in order
    start KEY    an entry of the state dict before the first step: its sizes, a colon, its elements
    loss         of each of the 5 steps, and of a forward in evaluation mode after them
    end KEY      an entry of the state dict after the last step
    plain        the names of the parameters after all parametrizations were removed, in order
    plain KEY    an entry of the state dict then
"""

import pathlib

import torch
from torch import nn
from torch.nn.utils import parametrizations as ready
from torch.nn.utils import parametrize

OUT = pathlib.Path("framework-nn/src/test/resources/golden/parametrize.txt")
SEED = 20261122
torch.set_num_threads(1)


class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).mT


class Doubled(nn.Module):
    def forward(self, x):
        return x * 2

    def right_inverse(self, x):
        return x / 2


def weight_norm(**options):
    return lambda layer: ready.weight_norm(layer, **options)


def spectral_norm(**options):
    return lambda layer: ready.spectral_norm(layer, **options)


def orthogonal(**options):
    return lambda layer: ready.orthogonal(layer, **options)


def symmetric(layer):
    return parametrize.register_parametrization(layer, "weight", Symmetric())


def doubled(layer):
    return parametrize.register_parametrization(layer, "weight", Doubled())


def both(layer):
    return ready.spectral_norm(doubled(layer))


CASES = {
    "weightNorm sgd float32": (weight_norm(), 3, 5),
    "weightNorm adam float64": (weight_norm(), 3, 5),
    "weightNorm.dim1 sgd float64": (weight_norm(dim=1), 3, 5),
    "weightNorm.all sgd float64": (weight_norm(dim=None), 3, 5),
    "weightNorm.bias sgd float64": (weight_norm(name="bias"), 3, 5),
    "spectralNorm sgd float32": (spectral_norm(), 3, 5),
    "spectralNorm adam float64": (spectral_norm(), 3, 5),
    "spectralNorm.dim1 sgd float64": (spectral_norm(dim=1, n_power_iterations=3, eps=0.1), 3, 5),
    "spectralNorm.bias sgd float64": (spectral_norm(name="bias"), 3, 5),
    "orthogonal sgd float32": (orthogonal(), 3, 5),
    "orthogonal adam float64": (orthogonal(), 3, 5),
    "orthogonal.wide sgd float64": (orthogonal(), 6, 4),
    "orthogonal.matrixExp sgd float64": (orthogonal(orthogonal_map="matrix_exp"), 3, 5),
    "orthogonal.cayley.wide sgd float64": (orthogonal(orthogonal_map="cayley"), 6, 4),
    "orthogonal.householder sgd float64": (orthogonal(orthogonal_map="householder"), 3, 5),
    "symmetric adam float64": (symmetric, 4, 4),
    "doubled sgd float64": (doubled, 4, 4),
    "doubled.spectralNorm sgd float64": (both, 4, 4),
}


def entries(word, module):
    return [f"{word} {key} {' '.join(map(str, value.shape))} : {' '.join(repr(x) for x in value.flatten().tolist())}" for key, value in module.state_dict().items()]


def run(name):
    make, features, hidden = CASES[name]
    _, optimizer, dtype = name.split(" ")
    torch.manual_seed(SEED)
    net = nn.Sequential(nn.Linear(features, hidden), nn.Tanh(), nn.Linear(hidden, hidden)).to(getattr(torch, dtype))
    make(net[0])
    make(net[2])
    lines = [f"== {name}", "printed " + str(net).replace("\n", "|"), "parameters " + " ".join(n for n, _ in net.named_parameters())]
    lines += entries("start", net)
    x = torch.tensor([[((i * 29 + j * 7) % 61 - 30) / 32 for j in range(features)] for i in range(5)], dtype=getattr(torch, dtype))
    y = torch.tensor([[((i * 17 + j * 11) % 31 - 15) / 16 for j in range(hidden)] for i in range(5)], dtype=getattr(torch, dtype))
    step = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9) if optimizer == "sgd" else torch.optim.Adam(net.parameters(), lr=0.05)
    losses = []
    for _ in range(5):
        loss = nn.functional.mse_loss(net(x), y)
        step.zero_grad()
        loss.backward()
        step.step()
        losses.append(loss.item())
    net.eval()
    losses.append(nn.functional.mse_loss(net(x), y).item())
    lines += ["loss " + " ".join(map(repr, losses))] + entries("end", net)
    for layer in (net[0], net[2]):
        parametrize.remove_parametrizations(layer, "bias" if ".bias" in name else "weight")
    return lines + ["plain " + " ".join(n for n, _ in net.named_parameters())] + entries("plain", net)


OUT.write_text("\n".join([f"# torch {torch.__version__}, seed {SEED}; made by tools/golden/parametrize.py"] + [line for name in CASES for line in run(name)]) + "\n")
print(f"{OUT}: {len(CASES)} cases, {OUT.stat().st_size} bytes")
