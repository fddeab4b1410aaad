"""Writes the golden values of SpecialContractTest: Bessel and gamma functions, parts of floating point numbers, histograms, finite differences, draws.

Run from the repository's root, with the PyTorch that the result's header names:

    python tools/golden/specials.py

It writes specials.bin.gz to framework-core/src/test/resources/golden; cases.py explains the names of the records.
"""

import pathlib

import numpy as np
import torch
from scipy import special

from cases import Cases, DTYPES, F32, F64, INF, NAN, distinct, uniform

SEED = 20261122
OUT = pathlib.Path("framework-core/src/test/resources/golden/specials.bin.gz")

torch.manual_seed(SEED)
torch.set_num_threads(1)
cases = Cases()
record, unary, binary = cases.record, cases.unary, cases.binary

BESSEL = [0.0, -0.0, 1.0, -1.0, 0.5, 7.5, -8.5, 29.9, 30.1, -35.0, 80.0, 1e-30, 700.0]  # PyTorch's are NaN at infinity, and overflow where e^x does
unary("i0", torch.i0, corner=BESSEL)
unary("i1", torch.special.i1, low=0.5, high=4.0, corner=BESSEL)
unary("mvlgamma", lambda x: torch.mvlgamma(x, 3), low=1.5, high=6, types=False, corner=[1.5, 2.5, 10.0, NAN, INF])
FLOATS = DTYPES[4:]


def incompletes():
    """There is a gradient of the second operand alone: the row with half a first one has it."""
    for name, torchs, scipys in (("igamma", torch.igamma, special.gammainc), ("igammac", torch.igammac, special.gammaincc)):
        def f(a, x):  # SciPy's where both are large: PyTorch's series are off by 4e-10 there
            exact = torch.from_numpy(np.asarray(scipys(a.detach().double().numpy(), x.detach().double().numpy()))).to(a.dtype)
            return torch.where((a > 15) & (x > 15) & (a < 1e3) & (x < 1e3), exact, torchs(a, x))

        for t in FLOATS:
            for low, high in ((0.25, 3.0), (5.0, 30.0)):
                record(name, f"f32 {t} {low}", f, uniform((4, 5), t, low, high), uniform((5,), t, low, high), grad=False)
            pairs = [(a, x) for a in (0.0, 0.5, 1.0, 2.5, 20.0, 100.0, INF, NAN, -1.0) for x in (0.0, 1e-8, 0.5, 1.0, 2.5, 19.0, 21.0, 100.0, INF, NAN, -1.0)]
            record(name, f"corner {t}", f, *(torch.tensor(values, dtype=t) for values in zip(*pairs)), grad=False)
        record(f"{name}.half", "check", lambda x, f=f: f(torch.full_like(x, 2.5), x), uniform((7,), F64, 0.5, 6))


incompletes()
PARTS = [0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 0.5, 3.75, -1e-30, 1e30, 1e-45, 1.1754944e-38, 3.4e38, 0.99999994]
unary("frexp", lambda x: tuple(torch.frexp(x)), types=False, corner=PARTS + [5e-324, 1e308], grad=False)
unary("frexp.mantissa", lambda x: torch.frexp(x)[0], low=0.55, high=0.95, types=False, corner=False)
for t in FLOATS:
    values = torch.tensor([(a, b) for a in PARTS for b in (0.0, INF, -INF, NAN, 1.0)], dtype=t)
    record("nextafter", f"corner {t}", torch.nextafter, values[:, 0], values[:, 1], grad=False)
    record("nextafter", f"f32 {t} broadcast", torch.nextafter, uniform((3, 1), t), uniform((4,), t), grad=False)

HISTOGRAMS = {
    "plain": lambda x: tuple(torch.histogram(x, 5)),
    "range": lambda x: tuple(torch.histogram(x, 4, range=(-1.0, 1.5))),
    "density": lambda x: tuple(torch.histogram(x, 4, range=(-1.0, 1.5), density=True)),
}
for name, f in HISTOGRAMS.items():
    for t in FLOATS:
        record(f"histogram.{name}", f"f32 {t}", f, uniform((7, 9), t), grad=False)
        record(f"histogram.{name}", f"corner {t} one value", f, torch.ones(3, dtype=t) / 2, grad=False)
for t in FLOATS:
    edges = torch.tensor([-1.0, -0.5, 0.25, 2.0], dtype=t)
    record("histogram.edges", f"f32 {t}", lambda x, e, w: tuple(torch.histogram(x, e, weight=w)), uniform((7, 9), t), edges, uniform((7, 9), t, 0.5, 1.5), grad=False)
    record("histogram.edges", f"corner {t}", lambda x, e, w: tuple(torch.histogram(x, e, weight=w)), torch.tensor([-1.0, -0.5, 0.25, 2.0, 2.5, NAN, INF], dtype=t),
           edges, torch.arange(1, 8, dtype=t), grad=False)

for t, tag in ((F32, "f32"), (F64, "check")):
    x = uniform((4, 5), t)
    record("gradient", tag, lambda x: torch.gradient(x), x)
    record("gradient.second", tag, lambda x: torch.gradient(x, spacing=0.5, edge_order=2), x)
    record("gradient.dim", tag, lambda x: torch.gradient(x, spacing=2.0, dim=1)[0], x)
    at = (torch.tensor([0.0, 0.5, 2.0, 2.25], dtype=t), torch.tensor([-1.0, 0.0, 0.5, 3.0, 4.0], dtype=t))
    for order in (1, 2):
        record(f"gradient.at{order}", tag, lambda x, order=order: torch.gradient(x, spacing=at, edge_order=order), x)
    index = torch.tensor([2, 0, 2])
    for how in ("prod", "mean", "amax", "amin"):
        for own in (True, False):
            record(f"indexReduce.{how}.{str(own).lower()}", tag, lambda x, i, s, how=how, own=own: x.index_reduce(0, i, s, how, include_self=own),
                   distinct((4, 5), t), index, distinct((3, 5), t) + 1 / 32)
    for shape in ((3, 3), (4, 3), (2, 5), (3, 3, 3)):
        record("fillDiagonal", f"{tag} {list(shape)}", lambda x: x.clone().fill_diagonal_(7), uniform(shape, t))
    record("fillDiagonal.wrap", f"{tag} tall", lambda x: x.clone().fill_diagonal_(7, wrap=True), uniform((8, 3), t))
    record("fillDiagonal.wrap", f"{tag} wide", lambda x: x.clone().fill_diagonal_(7, wrap=True), uniform((3, 8), t))
record("unravelIndex", "types", lambda i: torch.unravel_index(i, (2, 3, 4)), torch.tensor([[0, 5, 23], [7, 12, 11]]))

for n in (1, 2, 7, 8):
    for periodic in (True, False):
        for beta in (0.0, 12.0, 3.5):
            record(f"kaiser.{n}.{str(periodic).lower()}.{beta}", "types", lambda x, n=n, periodic=periodic, beta=beta: torch.kaiser_window(n, periodic, beta), torch.zeros(1), grad=False)


def seeded(f):
    def run(x):
        torch.manual_seed(SEED)
        return f(x)
    return run


RATES = torch.tensor([0.0, 0.1, 0.5, 3.0, 9.9, 10.0, 12.5, 50.0, 1000.0, 1e6] * 5)
for t in FLOATS:
    record("poisson", f"f32 {t}", seeded(torch.poisson), RATES.to(t), grad=False)
    record("cauchy", f"f32 {t}", seeded(lambda x: torch.empty_like(x).cauchy_(1.5, 2.0)), RATES.to(t), grad=False)
    record("geometric", f"f32 {t}", seeded(lambda x: torch.empty_like(x).geometric_(0.3)), RATES.to(t), grad=False)
cases.write(OUT, f"torch {torch.__version__}, seed {SEED}; made by tools/golden/specials.py")
