"""Writes the golden values of StatisticsContractTest: statistics, norms and scans beyond those in ops.py.

Run from the repository's root, with the PyTorch that the result's header names:

    python tools/golden/reductions.py

It writes reductions.bin.gz to framework-core/src/test/resources/golden; cases.py explains the names of the records.
"""

import pathlib

import torch

from cases import Cases, DTYPES, F32, F64, I64, INF, NAN, TIES, ZEROS, distinct, numbers, uniform

SEED = 20261123
OUT = pathlib.Path("framework-core/src/test/resources/golden/reductions.bin.gz")

torch.manual_seed(SEED)
torch.set_num_threads(1)
cases = Cases()
record, shaped = cases.record, cases.shaped

SHAPES = [(), (1,), (7,), (3, 5), (2, 3, 4), (9, 8), (257,), (0,), (0, 3)]
MATRICES = [(3, 5), (2, 3, 4), (1, 7), (9, 257), (0, 3)]
CUBES = [(2, 3, 4), (4, 1, 3), (3, 2, 9), (0, 2, 3)]
HOLES = [[[1.0, NAN, 2.0], [NAN, NAN, NAN], [3.0, 1.0, INF]]]

shaped("nansum", torch.nansum, *SHAPES, corner=HOLES)
shaped("nansum.lastKept", lambda x: torch.nansum(x, -1, keepdim=True), *MATRICES, corner=HOLES)
shaped("nanmean", torch.nanmean, *SHAPES, corner=HOLES, types=False)
shaped("nanmean.outer", lambda x: torch.nanmean(x, (0, 2)), *CUBES, types=False)
shaped("countNonzero", lambda x: torch.count_nonzero(x), *SHAPES, corner=ZEROS, grad=False)
shaped("countNonzero.last", lambda x: torch.count_nonzero(x, -1), *MATRICES, corner=ZEROS, grad=False)
for name in ("median", "nanmedian"):
    f = getattr(torch, name)
    shaped(name, f, *SHAPES[:-2], corner=TIES, check="distinct")
    shaped(f"{name}.last", lambda x, f=f: tuple(f(x, -1)), (), *MATRICES, check="all distinct", types=False)
    shaped(f"{name}.firstKept", lambda x, f=f: tuple(f(x, 0, keepdim=True)), (3, 5), (2, 3, 4), (8,), check="all distinct", types=False)
    shaped(f"{name}.values", lambda x, f=f: f(x, -1).values, (2, 40), corner=TIES, grad=False)
shaped("mode.last", lambda x: torch.mode(x, -1).values, (), *MATRICES, corner=TIES[:1] + TIES[2:], grad=False)
shaped("mode.indices", lambda x: tuple(torch.mode((x * 2).round(), 0)), (5, 3), (7,), (2, 3, 4), grad=False)
for q in (0.0, 0.3, 0.5, 1.0):
    shaped(f"quantile.{q}", lambda x, q=q: torch.quantile(x, q), (), (1,), (7,), (3, 5), (257,), check="all distinct", types=False, corner=HOLES)
for how in ("linear", "lower", "higher", "midpoint", "nearest"):
    def levels(x):
        return torch.tensor([0.0, 0.3, 0.75, 1.0], dtype=x.dtype)

    shaped(f"quantile.{how}Last", lambda x, h=how: torch.quantile(x, levels(x), -1, interpolation=h), (7,), (3, 5), (2, 3, 4), (9, 257), types=False,
           check="all distinct", corner=HOLES)
    shaped(f"quantile.{how}FirstKept", lambda x, h=how: torch.quantile(x, levels(x), 0, True, interpolation=h), (3, 5), (2, 3, 4), types=False, check="all distinct")
    shaped(f"nanquantile.{how}Last", lambda x, h=how: torch.nanquantile(x, levels(x), -1, interpolation=h), (7,), (3, 5), types=False, check="all distinct", corner=HOLES)
shaped("quantile.allKept", lambda x: torch.quantile(x, levels(x), keepdim=True), (3, 5), (2, 3, 4), types=False, check="all distinct")
for name in ("var", "std"):
    f = getattr(torch, f"{name}_mean")
    shaped(f"{name}Mean", f, (7,), (3, 5), (2, 3, 4), (257,), types=False)
    shaped(f"{name}Mean.outerKept", lambda x, f=f: f(x, (0, 2), correction=0, keepdim=True), (2, 3, 4), (3, 2, 9), types=False)
shaped("aminmax", torch.aminmax, (), (7,), (3, 5), (257,), corner=TIES[:1], check="distinct")
shaped("aminmax.lastKept", lambda x: torch.aminmax(x, dim=-1, keepdim=True), (3, 5), (2, 3, 4), (9, 257), check="distinct")

ORDERS = {"0": 0.0, "half": 0.5, "1": 1.0, "1.5": 1.5, "2": 2.0, "3": 3.0, "inf": INF, "-inf": -INF, "-1.5": -1.5}
for name, p in ORDERS.items():
    span = {"low": 0.25, "high": 16} if abs(p) == INF else {}  # no ties among absolute values
    shaped(f"norm.{name}", lambda x, p=p: torch.linalg.vector_norm(x, p), (), (1,), (7,), (3, 5), (257,), types=False, grad=p != 0, **span)
    shaped(f"norm.{name}LastKept", lambda x, p=p: torch.linalg.vector_norm(x, p, -1, keepdim=True), (3, 5), (2, 3, 4), (0, 3), types=False, **span,
           grad=p != 0, corner=[[[1.0, -2.0, 0.0], [0.0, 0.0, 0.0], [2.0, -2.0, 1.0]]])
    record(f"norm.{name}LastKept", "corner infinite", lambda x, p=p: torch.linalg.vector_norm(x, p, -1, keepdim=True),
           torch.tensor([[INF, 1.0], [-INF, INF], [NAN, 1.0]]), grad=False)
for name, p in (("dist", 2.0), ("dist.3", 3.0)):
    for d, tag in ((F32, "f32"), (F64, "check")):
        for s, t in (((7,), (7,)), ((3, 4), (4,)), ((), ())):
            record(name, f"{tag} {list(s)} {list(t)}", lambda a, b, p=p: torch.dist(a, b, p), uniform(s, d), uniform(t, d))
shaped("renorm", lambda x: torch.renorm(x, 2, 0, 2.0), (3, 5), (2, 3, 4), (9, 8), types=False)
shaped("renorm.1", lambda x: torch.renorm(x, 1, -1, 3.0), (3, 5), (2, 3, 4), types=False)

for name in ("cumprod", "logcumsumexp"):
    f = getattr(torch, name)
    corner = ZEROS if name == "cumprod" else [TIES[0], TIES[1]]
    shaped(f"{name}.last", lambda x, f=f: f(x, -1), (), (7,), (3, 5), (2, 3, 4), (3, 40), (0, 3), (3, 0), corner=corner, types=name == "cumprod")
    shaped(f"{name}.first", lambda x, f=f: f(x, 0), (3, 5), (2, 3, 4), types=False)
for zeros in ([1.0, 0.0, 2.0, 3.0, 0.0, 4.0], [0.0, 2.0, -1.0, 3.0, 0.5, 4.0]):
    record("cumprod.last", f"check zeros {zeros}", lambda x: x.cumprod(-1), torch.tensor(zeros, dtype=F64))
record("logcumsumexp.last", "corner infinite", lambda x: x.logcumsumexp(-1), torch.tensor([[INF, 1.0, 2.0], [-INF, -INF, 1.0], [1.0, INF, -INF], [1000.0, 999.0, -1000.0]]), grad=False)
for name in ("cummax", "cummin"):
    f = getattr(torch, name)
    shaped(f"{name}.last", lambda x, f=f: tuple(f(x, -1)), (), (7,), (3, 5), (2, 3, 4), (9, 257), (0, 3), (3, 0), corner=TIES, check="distinct")
    shaped(f"{name}.first", lambda x, f=f: tuple(f(x, 0)), (3, 5), (2, 3, 4), types=False, check="distinct")

shaped("unique", lambda x: torch.unique((x * 3).round(), return_inverse=True, return_counts=True), (), (7,), (3, 5), (257,), (0,), types=False, grad=False)
for t in DTYPES[:4]:
    record("unique.integers", f"types {t}", lambda x: torch.unique(x, return_inverse=True, return_counts=True), numbers((4, 6), t))
record("unique.integers", "corner nan", lambda x: torch.unique(x, return_inverse=True, return_counts=True), torch.tensor([3.0, NAN, -INF, INF, NAN, 3.0, -2.0]), grad=False)
shaped("histc", lambda x: torch.histc(x, 5), (7,), (3, 5), (257,), types=False, grad=False, corner=[[1.0, 1.0, 1.0], [-1.0, 0.0, 4.0, 4.0]])
shaped("histc.range", lambda x: torch.histc(x, 10, -1, 1.5), (7,), (3, 5), (257,), (0,), types=False, grad=False, corner=[[1.5, -1.0, NAN, INF, 0.25]])
record("bincount", "types int64", lambda x: torch.bincount(x), torch.tensor([1, 5, 1, 0, 5, 5]))
record("bincount", "types uint8", lambda x: torch.bincount(x), torch.tensor([1, 5, 1, 0, 5, 5], dtype=torch.uint8))
record("bincount", "empty", lambda x: torch.bincount(x), torch.tensor([], dtype=I64))
for d in DTYPES[2:]:
    record("bincount.weights", f"types {d}", lambda x, w: torch.bincount(x, w, minlength=8), torch.tensor([1, 5, 1, 0, 5, 5]), numbers((6,), d), grad=False)

shaped("cov", torch.cov, (), (7,), (3, 5), (1, 6), (9, 40), types=False)
shaped("cov.0", lambda x: torch.cov(x, correction=0), (7,), (3, 5), types=False)
shaped("corrcoef", torch.corrcoef, (7,), (3, 5), (9, 40), types=False, check="distinct")
for d, tag in ((F32, "f32"), (F64, "check")):
    f, a = torch.tensor([1, 2, 1, 3, 1]), uniform((5,), d, 0.5, 2.0)
    record("cov.frequencies", tag, lambda x, f: torch.cov(x, fweights=f), uniform((3, 5), d), f)
    record("cov.weights", tag, lambda x, a: torch.cov(x, aweights=a.detach()), uniform((3, 5), d), a)
    record("cov.both", tag, lambda x, f, a: torch.cov(x, correction=2, fweights=f, aweights=a.detach()), uniform((3, 5), d), f, a)
    for s in ((7,), (3, 5), (2, 3, 4)):
        record("trapezoid.x", f"{tag} {list(s)}", lambda y, x: torch.trapezoid(y, x, dim=-1), uniform(s, d), uniform((s[-1],), d))
        record("trapezoid.wholeX", f"{tag} {list(s)}", lambda y, x: torch.trapezoid(y, x, dim=0), uniform(s, d), uniform(s, d))
        record("cumulativeTrapezoid.x", f"{tag} {list(s)}", lambda y, x: torch.cumulative_trapezoid(y, x, dim=-1), uniform(s, d), uniform((s[-1],), d))
    for s, t in (((3, 4), (5, 4)), ((2, 3, 4), (5, 4)), ((3, 0), (2, 0)), ((0, 4), (2, 4))):
        for p in (1.0, 2.0, 3.0):
            record(f"cdist.{p}", f"{'empty' if 0 in s else tag} {d} {list(s)} {list(t)}" if 0 in s else f"{tag} {list(s)} {list(t)}", lambda a, b, p=p: torch.cdist(a, b, p), uniform(s, d), uniform(t, d))
shaped("trapezoid", lambda y: torch.trapezoid(y, dim=0), (7,), (1,), (3, 5), (2, 3, 4), types=False)
shaped("trapezoid.dx", lambda y: torch.trapezoid(y, dx=0.3, dim=-1), (7,), (3, 5), (3, 0), types=False)
shaped("cumulativeTrapezoid.dx", lambda y: torch.cumulative_trapezoid(y, dx=0.3, dim=-1), (7,), (1,), (3, 5), (2, 3, 4), types=False)
shaped("vander", lambda x: torch.vander(x, 4), (5,), (1,), (0,), grad=False)  # PyTorch cannot walk back through it
shaped("vander.increasing", lambda x: torch.vander(x, 3, True), (5,), types=False, grad=False)
shaped("uniqueConsecutive", lambda x: torch.unique_consecutive(x.round(), return_inverse=True, return_counts=True), (), (7,), (9, 8), (0,), types=False, grad=False)
for t in DTYPES[:4]:
    record("uniqueConsecutive", f"types {t}", lambda x: torch.unique_consecutive(x, return_inverse=True, return_counts=True), numbers((4, 6), t) // 3 if t != DTYPES[0] else numbers((4, 6), t))
for kind in ("hann", "hamming", "blackman", "bartlett"):
    for periodic in (True, False):
        for n in (0, 1, 2, 7, 8):
            record(f"window.{kind}", f"empty {n} {periodic}" if n == 0 else f"f32 {n} {periodic}", lambda x, n=n, k=kind, p=periodic: getattr(torch, k + "_window")(n, periodic=p), torch.tensor([n, int(periodic)]), grad=False)
REPEATED = [[1.0, 2.0, 2.0, 1.0], [1.0, 2.0, 2.0, 1.0], [-1.0, 0.0, -0.0, 5.0], [1.0, 2.0, 2.0, 1.0]]
for name, f in (("unique", torch.unique), ("uniqueConsecutive", torch.unique_consecutive)):
    for dim, where in ((0, "first"), (-1, "last")):
        row = f"{name}.{where}"
        call = lambda x, f=f, d=dim: f(x, dim=d, return_inverse=True, return_counts=True)
        for t in DTYPES:
            record(row, f"types {t}", call, torch.tensor(REPEATED).abs().to(t), grad=False)
            record(row, f"types cube {t}", call, torch.randint(0, 2, (5, 2, 5)).to(t), grad=False)
        record(row, "f32 corner", call, torch.tensor(REPEATED), grad=False)
        record(row, "f32 one", call, torch.tensor(REPEATED[0]), grad=False)
    record(f"{name}.first", "empty", lambda x, f=f: f(x, dim=0, return_inverse=True, return_counts=True), torch.zeros(0, 3), grad=False)
for tag, x in (("types int64", torch.tensor([[1, 1, 2], [2, 3, 3]])), ("corner", torch.tensor([0.0, -0.0, NAN, NAN, INF, INF, -INF])), ("f32 scalar", torch.tensor(3.0)),
               ("empty", torch.zeros(0))):
    record("uniqueConsecutive", tag, lambda x: torch.unique_consecutive(x, return_inverse=True, return_counts=True), x, grad=False)
for name in ("all", "any"):
    f = getattr(torch, name)
    for n in (0, 1, 3, 2000):
        for tag, x in (("ones", torch.ones(n)), ("zeros", torch.zeros(n)), ("mixed", torch.arange(n) % 3)):
            record(f"{name}.uint8", f"types {n} {tag}", f, x.to(torch.uint8))
    record(f"{name}.uint8Last", "types", lambda x, f=f: f(x, -1, keepdim=True), torch.tensor([[0, 0], [0, 2], [3, 4]], dtype=torch.uint8))
for right in (False, True):
    keys = torch.tensor([[3.0, -1.0, 2.0, 2.0], [0.5, 0.25, 7.0, -9.0]])
    for d in (F32, F64, I64):
        record(f"searchSorted.sorter{right:d}", f"types {d}", lambda s, v, k, r=right: torch.searchsorted(s, v, sorter=k, right=r, out_int32=True), keys.to(d),
               torch.tensor([[2.0, 2.5, -5.0], [0.25, 8.0, 0.0]]).to(d), keys.to(d).argsort(), grad=False)
    record(f"bucketize.int32{right:d}", "types", lambda v, b, r=right: torch.bucketize(v, b, right=r, out_int32=True), torch.tensor([3, 1, 9]), torch.tensor([1, 3, 3]))

cases.write(OUT, f"torch {torch.__version__}, seed {SEED}; made by tools/golden/reductions.py")
