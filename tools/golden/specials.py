"""Writes the golden values of SpecialContractTest: Bessel and gamma functions, parts of floating point numbers, histograms, finite differences, draws;
Bessel and normal functions, zeta, orthogonal polynomials.

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

class Exact(torch.autograd.Function):
    """A function with SciPy's values and derivative in double, rounded once: PyTorch computes float32 in float32, and not all has a gradient there. At
    infinity and NaN, PyTorch's values."""

    @staticmethod
    def forward(ctx, x, torchs, scipys, slope):
        ctx.save_for_backward(x)
        ctx.slope = slope
        value = torchs(x)
        exact = torch.from_numpy(np.asarray(scipys(x.detach().double().numpy()))).to(value.dtype)
        value = torch.where(x.isnan(), NAN, value)  # PyTorch's polynomials of a NaN are at times those of its neighbour
        return torch.where(value.isfinite() & exact.isfinite(), exact, value)

    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return g * torch.from_numpy(np.asarray(ctx.slope(x.detach().double().numpy()))).to(g.dtype), None, None, None


def rare(name, torchs, scipys, slope, low, high, corner=(), types=True, zeros=(0.0, -0.0)):
    f = lambda x: Exact.apply(x, torchs, scipys, slope)
    unary(name, f, low=low, high=high, types=types, corner=False, grad=slope is not None)
    for t in FLOATS:
        record(name, f"corner {t}", f, torch.tensor([*corner, *zeros, INF, -INF, NAN, 1.0, 0.5], dtype=t), grad=False)


S = torch.special
PHI = lambda x: np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
FAR = [24.5, 25.5, 30.0, 300.0]
rare("airyAi", S.airy_ai, lambda x: special.airy(x)[0], None, -9.5, 5.5, [-30.0, -8.75, 8.0, 1e-30])
rare("besselJ0", S.bessel_j0, special.j0, lambda x: -special.j1(x), -8, 8, FAR + [-25.5, 1e-30])
rare("besselJ1", S.bessel_j1, special.j1, lambda x: special.jvp(1, x), 0.5, 8, FAR + [-25.5, 1e-30, -1.0])
rare("besselY0", S.bessel_y0, special.y0, lambda x: -special.y1(x), 0.25, 8, FAR + [1e-30, -1.0])
rare("besselY1", S.bessel_y1, special.y1, lambda x: special.yvp(1, x), 0.25, 8, FAR + [1e-30, -1.0])
rare("entr", S.entr, special.entr, lambda x: -np.log(x) - 1, 0.25, 3, [-1.0, 1e-30, 30.0])
rare("erfcx", S.erfcx, special.erfcx, lambda x: 2 * x * special.erfcx(x) - 2 / np.sqrt(np.pi), -2, 4, [-5.0, 0.84, 0.85, 27.5, 28.5, 1e10])
rare("i0e", S.i0e, special.i0e, lambda x: special.i1e(x) - np.sign(x) * special.i0e(x), 0.25, 4, [-29.5, 30.5, 1e4, 1e-30])
rare("i1e", S.i1e, special.i1e, lambda x: special.i0e(x) - special.i1e(x) * (np.sign(x) + 1 / x), 0.25, 4, [-29.5, 30.5, 1e4, 1e-30])
rare("modifiedBesselK0", S.modified_bessel_k0, special.k0, lambda x: -special.k1(x), 0.25, 4, [-1.0, 1e-30, 30.0, 50.0])
rare("modifiedBesselK1", S.modified_bessel_k1, special.k1, lambda x: special.kvp(1, x), 0.25, 4, [-1.0, 1e-30, 30.0, 50.0])
rare("scaledModifiedBesselK0", S.scaled_modified_bessel_k0, special.k0e, lambda x: special.k0e(x) - special.k1e(x), 0.25, 4, [-1.0, 1e-30, 1e4])
rare("scaledModifiedBesselK1", S.scaled_modified_bessel_k1, special.k1e, lambda x: special.k1e(x) * (1 - 1 / x) - special.k0e(x), 0.25, 4, [-1.0, 1e-30, 1e4])
rare("logNdtr", S.log_ndtr, special.log_ndtr, lambda x: PHI(x) / special.ndtr(x), -5, 3, [-1.0, -1.0000001, -30.0, 5.0])
rare("ndtr", S.ndtr, special.ndtr, PHI, -3, 3, [-10.0, 5.0])
rare("ndtri", S.ndtri, special.ndtri, lambda p: 1 / PHI(special.ndtri(p)), 0.03, 0.97, [1e-30, 1e-7, 0.09999, 0.90001, 2.0, -0.5])
rare("sphericalBesselJ0", S.spherical_bessel_j0, lambda x: np.sinc(x / np.pi), lambda x: (np.cos(x) - np.sin(x) / x) / x, 0.5, 8, [1e-30, 1e-5, 30.0])

binary("xlog1py", S.xlog1py, low=-0.9, high=3)
for t in FLOATS:
    record("zeta", f"f32 {t}", S.zeta, uniform((3, 1), F64, 1.5, 6).to(t), uniform((8,), F64, 0.25, 6).to(t), grad=False)
    pairs = [(a, b) for a in (0.5, 1.0, 2.0, 3.0, 2.5, 30.0) for b in (0.0, -1.0, -1.5, 0.5, 1e10, 1.0)]
    record("zeta", f"corner {t}", S.zeta, *(torch.tensor(values, dtype=t) for values in zip(*pairs)), grad=False)
record("zeta", "types", S.zeta, torch.tensor([2, 3, 4]), torch.tensor([1, 2, 3]), grad=False)
record("zeta.half", "check", lambda q: S.zeta(torch.full_like(q, 2.5), q), uniform((7,), F64, 0.5, 6))

POLYNOMIALS = {
    "chebyshevPolynomialT": special.chebyt, "chebyshevPolynomialU": special.chebyu,
    "chebyshevPolynomialV": lambda n: special.chebyu(n) - special.chebyu(n - 1), "chebyshevPolynomialW": lambda n: special.chebyu(n) + special.chebyu(n - 1),
    "hermitePolynomialH": special.hermite, "hermitePolynomialHe": special.hermitenorm, "laguerrePolynomialL": special.laguerre,
    "legendrePolynomialP": special.legendre,
}
for name, coefficients in list(POLYNOMIALS.items()):
    if name.startswith("cheb"):  # the composition with 2x - 1
        POLYNOMIALS["shiftedC" + name[1:]] = lambda n, c=coefficients: np.poly1d(c(n))(np.poly1d([2.0, -1.0]))
for name, coefficients in POLYNOMIALS.items():
    torchs = getattr(S, "".join("_" + c.lower() if c.isupper() else c for c in name))
    whole = np.poly1d(coefficients(5))
    rare(name, lambda x, f=torchs: f(x, 5), whole, whole.deriv(), -1, 1, [-1.0, 1.5, -2.0], types=False, zeros=[0.0])
    for t in FLOATS:
        record(f"{name}.each", f"f32 {t}", torchs, uniform((4, 1), F64, -1, 1).to(t), torch.tensor([0.0, 1.0, 2.0, 3.75, -1.0], dtype=t), grad=False)
COUNTS = torch.tensor([0.0, 1.0, 5.0, 12.0, 30.0, 100.0, 1e5])
for t in FLOATS:
    record("binomial", f"f32 {t}", lambda n, p: seeded(lambda n: torch.binomial(*(x.contiguous() for x in torch.broadcast_tensors(n, p))))(n),
           COUNTS.to(t).repeat(4)[:, None], torch.tensor([0.0, 0.125, 0.5, 0.75, 1.0], dtype=t), grad=False)
for t, tag in ((F32, "f32"), (F64, "check")):
    record("tensorinv", tag, lambda x: torch.linalg.tensorinv(x, 1), uniform((6, 2, 3), t))
    record("tensorsolve", tag, lambda a, b: torch.linalg.tensorsolve(a, b), uniform((2, 3, 6), t), uniform((2, 3), t))
    record("tensorsolve.dims", tag, lambda a, b: torch.linalg.tensorsolve(a, b, dims=(0,)), uniform((6, 2, 3), t), uniform((2, 3), t))
cases.write(OUT, f"torch {torch.__version__}, seed {SEED}; made by tools/golden/specials.py")
