"""Writes the golden values of LinalgContractTest: products, factorizations, solutions and norms.

Run from the repository's root, with the PyTorch that the result's header names:

    python tools/golden/linalg.py

It writes linalg.bin.gz to framework-core/src/test/resources/golden; names and tags are as in ops.py. Of factorizations that are not unique,
a function that is (of the vectors' squares, of projections) is compared.
"""

import itertools
import pathlib

import torch

from records import B, F32, F64, I32, I64, Records, U8, uniform

SEED = 20240613
OUT = pathlib.Path("framework-core/src/test/resources/golden/linalg.bin.gz")
BOTH = ((F32, "f32"), (F64, "check"))
INF = float("inf")

torch.manual_seed(SEED)
torch.set_num_threads(1)
records = Records()
record = records.record
la = torch.linalg


def tagged(tag, *shapes):
    return ("empty" if any(0 in s for s in shapes) else tag) + "".join(f" {list(s)}" for s in shapes)


def each(row, fn, *cases, make=uniform, grad=True):
    """A call for operands of these shapes, in float32 and, for comparison with differences, in float64."""
    for shapes in cases:
        for d, tag in BOTH:
            name = tagged(tag, *shapes)
            if name.startswith("empty") and d == F64:
                continue
            record(row, name, fn, *[make(s, d) for s in shapes], grad=grad)


def dominant(shape, dtype):
    """Square matrices far from singular, not symmetric."""
    n = shape[-1]
    return uniform(shape, dtype, -1, 1) + torch.diag(torch.arange(n, dtype=dtype) + 2) * (1 - 2 * (torch.arange(n) % 2 == 1).to(dtype))


def spread(shape, dtype):
    """Matrices with singular values far from each other."""
    a = uniform(shape, dtype, -0.5, 0.5)
    k = min(shape[-2:])
    i = torch.arange(k)
    a[..., i, i] += (2 * i + 1).to(dtype)
    return a


SQUARE = [((1, 1),), ((3, 3),), ((2, 4, 4),), ((0, 0),), ((0, 3, 3),)]
ANY = [((3, 3),), ((4, 2),), ((2, 4),), ((2, 3, 2),)]

# ---- products ----

each("mv", torch.mv, ((3, 4), (4,)), ((0, 4), (4,)))
each("vdot", torch.vdot, ((5,), (5,)))
each("vecdot", lambda a, b: la.vecdot(a, b, dim=0), ((3, 2), (3, 2)), ((3, 1), (3, 4)))
for s, t in (((2, 3), (3, 4)), ((2, 2, 3), (3, 1)), ((3,), (3,)), ((40, 30), (30, 20))):
    for a in (B, U8, I32, I64):
        for b in (U8, I32, I64, F32):
            if a == b or s == (2, 3):
                record("matmul", f"types {a} {b} {list(s)} {list(t)}", torch.matmul, torch.randint(0, 2 if a == B else 256, s).to(a), torch.randint(0, 256, t).to(b))
record("matmul", "integers wrap", torch.matmul, torch.tensor([[2**62, 3]]), torch.tensor([[4], [2**61]]))
for a in (U8, I32, I64):
    record("dot", f"types {a}", torch.dot, torch.full((9,), 200).to(a), torch.arange(9).to(a))
    record("inner", f"types {a}", torch.inner, torch.randint(0, 99, (2, 3)).to(a), torch.randint(0, 99, (4, 3)).to(a))
    record("tensordot.2", f"types {a}", lambda a, b: torch.tensordot(a, b, 2), torch.randint(0, 99, (2, 3)).to(a), torch.randint(0, 99, (2, 3)).to(a))
    record("addmm.integers", f"types {a}", lambda c, a, b: torch.addmm(c, a, b, beta=2, alpha=3), *[torch.randint(0, 9, (2, 2)).to(a) for _ in range(3)])
    record("matrixPower.5", f"types {a}", lambda a: la.matrix_power(a, 5), torch.randint(0, 9, (3, 3)).to(a))
    record("vander", f"types {a}", la.vander, torch.arange(4).to(a))
    record("einsum ij,jk", f"types {a}", lambda a, b: torch.einsum("ij,jk", a, b), torch.randint(0, 99, (2, 3)).to(a), torch.randint(0, 99, (3, 2)).to(a))
each("vander", la.vander, ((4,),), ((2, 3),))
each("vander.n", lambda x: la.vander(x, N=5), ((3,),), ((2, 1),))
each("inner", torch.inner, ((5,), (5,)), ((2, 3), (4, 3)), ((), (3,)), ((2, 3), ()))
each("outer", torch.outer, ((3,), (4,)), ((0,), (4,)))
each("addmm.scaled", lambda c, a, b: torch.addmm(c, a, b, beta=0.5, alpha=-2), ((4,), (3, 2), (2, 4)), ((3, 4), (3, 2), (2, 4)))
each("addmv.scaled", lambda c, a, b: torch.addmv(c, a, b, beta=0.5, alpha=-2), ((3,), (3, 2), (2,)))
each("addr.scaled", lambda c, a, b: torch.addr(c, a, b, beta=0.5, alpha=-2), ((3, 2), (3,), (2,)))
each("addbmm.scaled", lambda c, a, b: torch.addbmm(c, a, b, beta=0.5, alpha=-2), ((3, 4), (2, 3, 2), (2, 2, 4)))
each("baddbmm.scaled", lambda c, a, b: torch.baddbmm(c, a, b, beta=0.5, alpha=-2), ((2, 3, 4), (2, 3, 2), (2, 2, 4)), ((3, 4), (2, 3, 2), (2, 2, 4)))
each("tensordot.2", lambda a, b: torch.tensordot(a, b, 2), ((2, 3, 4), (3, 4, 2)), ((3, 4), (3, 4)))
each("tensordot.0", lambda a, b: torch.tensordot(a, b, 0), ((2, 3), (4,)))
each("tensordot.dims", lambda a, b: torch.tensordot(a, b, ([0, -1], [2, 0])), ((2, 3, 4), (4, 5, 2)))
each("kron", torch.kron, ((2, 3), (3, 2)), ((3,), (2, 2)), ((), (2,)), ((2, 1, 2), (3, 2)))
each("cross", lambda a, b: la.cross(a, b), ((3,), (3,)), ((2, 3), (2, 3)), ((2, 1, 3), (1, 4, 3)))
each("cross.0", lambda a, b: la.cross(a, b, dim=0), ((3, 2), (3, 2)))


def jittered(shape, dtype):
    """Without equal sums or distances."""
    return uniform(shape, dtype) + (torch.rand(shape, dtype=F64) / 64).to(dtype)


SHIFTS = itertools.cycle((0, 1 / 16))


def apart(shape, dtype):
    """Points, of which every second set has no coordinate in common with the one before, and no distances that are equal along two coordinates."""
    return uniform(shape, dtype) * 4 + next(SHIFTS) + torch.arange(shape[-1], dtype=dtype) / 256


for p in (0, 0.5, 1, 1.5, 2, 3, INF):
    each(f"cdist.{p}", lambda a, b, p=p: torch.cdist(a, b, p=p), ((3, 2), (4, 2)), ((2, 1, 3, 2), (2, 4, 2)), ((0, 2), (3, 2)), ((2, 0), (3, 0)), make=apart)
each("cdist.2", torch.cdist, ((30, 3), (2, 3)), ((2, 2, 3), (26, 3)), make=apart)
record("cdist.2", "f32 equal points", torch.cdist, torch.ones(2, 3), torch.ones(2, 3))
each("multiDot", lambda *x: la.multi_dot(x), ((3, 4), (4, 2), (2, 5)), ((4,), (4, 2), (2, 5)), ((4,), (4, 2), (2,)), ((3, 7), (7, 2)))
for i, (equation, *shapes) in enumerate((("ij,jk->ik", (3, 4), (4, 5)), ("ij,jk", (3, 4), (4, 5)), ("ba,c", (3, 4), (2,)), ("ii->i", (3, 3)), ("ii", (3, 3)),
                                         ("bij,bjk->bik", (2, 3, 4), (2, 4, 2)), ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 2)), ("ij->ji", (2, 3)),
                                         ("bn,anm,bm->ba", (2, 3), (4, 3, 2), (2, 2)), ("i,i->", (4,), (4,)), ("i,j->ij", (3,), (2,)), ("ij,ij->i", (3, 4), (3, 4)),
                                         ("...i,i->...", (2, 3, 4), (4,)), ("bii->bi", (2, 3, 3)), ("iij,jk->k", (3, 3, 2), (2, 4)), ("ij->", (2, 3)),
                                         ("abc,cd,de,ef->abf", (2, 3, 2), (2, 3), (3, 2), (2, 2)), ("i...->...i", (2, 3, 4)), ("ab,ab,ab->b", (2, 3), (2, 3), (2, 3)),
                                         ("ij,kj->ik", (3, 1), (2, 4)), (",i->i", (), (3,)), ("aB,Bc", (2, 3), (3, 2)), ("ijij->ij", (2, 3, 2, 3)),
                                         ("...,...->...", (2,), (3, 2)), ("...i->i", (2, 3, 4)), ("ij,ij->i...", (2, 2), (2, 2)), ("->", ()), ("iii->i", (2, 2, 2)),
                                         ("i,ij,j", (2,), (2, 3), (3,)), ("b...i,b...i->b...", (2, 3, 2), (2, 1, 2)))):
    each(f"einsum {equation}", lambda *x, e=equation: torch.einsum(e, *x), tuple(shapes))
each("einsum ij,jk->ik", lambda a, b: torch.einsum("ij,jk->ik", a, b), ((7, 9), (9, 8)))
each("einsum ik,kj->ij", lambda a, b: torch.einsum("ik,kj->ij", a, b), ((2, 0), (0, 3)), ((0, 2), (2, 3)))

# ---- square matrices ----

each("det", la.det, *SQUARE, make=dominant)
each("logabsdet", lambda a: la.slogdet(a)[1], *SQUARE, make=dominant)
each("slogdet.sign", lambda a: la.slogdet(a)[0], *SQUARE, make=dominant, grad=False)
each("logdet", lambda a: torch.logdet(a @ a.mT), *SQUARE, make=dominant)
each("inv", la.inv, *SQUARE, make=dominant)
for k in (-2, 0, 1, 5):
    each(f"matrixPower.{k}", lambda a, k=k: la.matrix_power(a, k), *SQUARE[:3], make=dominant, grad=k != 0)
for k in (0, 1, 2, 3, 4):
    each("matrixExp", la.matrix_exp, *SQUARE, ((5, 5),)) if k == 0 else each(f"matrixExp.{4 ** k}", lambda a, k=k: la.matrix_exp(a * 4 ** k / 4), ((3, 3),), make=lambda s, d: uniform(s, d) - 2 * torch.eye(3, dtype=d))
each("lu", lambda a: tuple(la.lu(a))[1:], *SQUARE, ((4, 2),), ((2, 3),), ((2, 3, 2),), make=uniform)
each("lu.p", lambda a: la.lu(a)[0], *SQUARE, ((4, 2),), ((2, 3),), ((2, 3, 2),), make=uniform, grad=False)
each("luFactor", lambda a: la.lu_factor(a)[0], ((3, 3),), ((4, 2),), ((2, 2, 3),), make=uniform)
each("luFactor.pivots", lambda a: la.lu_factor(a)[1], ((3, 3),), ((4, 2),), ((2, 2, 3),), make=uniform, grad=False)
for adjoint in (False, True):
    each(f"luSolve.{adjoint:d}", lambda a, b, t=adjoint: la.lu_solve(*la.lu_factor(a), b, adjoint=t), ((3, 3), (3, 2)), ((2, 3, 3), (3, 2)), make=uniform)
for a, b in (((3, 3), (3, 2)), ((3, 3), (3,)), ((2, 3, 3), (2, 3, 1)), ((2, 3, 3), (3, 2)), ((3, 3), (2, 3, 2)), ((2, 3, 3), (2, 3))):
    for d, tag in BOTH:
        record("solve", f"{tag} {list(a)} {list(b)}", la.solve, dominant(a, d), uniform(b, d))
for upper in (False, True):
    for left in (False, True):
        for unit in (False, True):
            for a, b in (((3, 3), (3, 3)), ((2, 3, 3), (3, 3))):
                for d, tag in BOTH:
                    record(f"solveTriangular.{upper:d}{left:d}{unit:d}", f"{tag} {list(a)} {list(b)}",
                           lambda x, y, u=upper, le=left, un=unit: la.solve_triangular(x.triu() if u else x.tril(), y, upper=u, left=le, unitriangular=un), dominant(a, d), uniform(b, d))
for d, tag in BOTH:
    record("det", f"{tag if d == F32 else 'f64'} singular", la.det, torch.tensor([[1, 2, 3], [2, 4, 6], [0, 1, 1]], dtype=d), grad=False)  # there PyTorch's gradient is 0
    record("slogdet.sign", f"{tag} singular", lambda a: la.slogdet(a)[0], torch.tensor([[1, 2], [2, 4]], dtype=d), grad=False)
    record("logabsdet", f"types singular {d}", lambda a: la.slogdet(a)[1], torch.tensor([[1, 2], [2, 4]], dtype=d), grad=False)

# ---- factorizations ----

each("cholesky", lambda a: la.cholesky(a @ a.mT), *SQUARE, make=dominant)
each("cholesky.upper", lambda a: la.cholesky(a @ a.mT, upper=True), *SQUARE[:3], make=dominant)
for d, tag in BOTH:
    record("choleskySolve", tag, lambda b, a: torch.cholesky_solve(b, la.cholesky(a @ a.mT)), uniform((3, 2), d), dominant((3, 3), d))
    record("choleskyInverse", tag, lambda a: torch.cholesky_inverse(la.cholesky(a @ a.mT)), dominant((3, 3), d))
each("qr", lambda a: tuple(la.qr(a)), *ANY, ((1, 1),), ((0, 3),), ((3, 0),), make=spread)
each("qr.r", lambda a: la.qr(a, "r")[1], *ANY, make=spread, grad=False)
each("qr.complete", lambda a: tuple(la.qr(a, "complete")), *ANY, ((3, 0),), make=spread, grad=False)
each("qr.completeWide", lambda a: tuple(la.qr(a, "complete")), ((3, 3),), ((2, 4),), make=spread)
each("householderProduct", la.householder_product, ((4, 3), (3,)), ((2, 3, 3), (2, 2)))
each("eigvalsh.upper", lambda a: la.eigvalsh(a, UPLO="U"), ((3, 3),), make=spread, grad=False)
each("eigvalsh", lambda a: la.eigvalsh(a + a.mT), ((1, 1),), ((3, 3),), ((2, 4, 4),), ((0, 0),), make=spread)
each("eigh.projections", lambda a: (lambda w, v: (w, v * v, (v * w.exp().unsqueeze(-2)) @ v.mT))(*la.eigh((a + a.mT) / 8)), ((1, 1),), ((3, 3),), ((2, 3, 3),), make=spread)
each("svdvals", la.svdvals, *ANY, ((0, 3),), make=spread)
each("svd.projections", lambda a: (lambda u, s, v: (s, u * u, v * v, (u * s.sqrt().unsqueeze(-2)) @ v))(*la.svd(a, full_matrices=False)), *ANY, make=spread)
each("svd.full", lambda a: (lambda u, s, v: (u @ u.mT, s, v @ v.mT, (u[..., :s.shape[-1]] * s.unsqueeze(-2)) @ v[..., :s.shape[-1], :]))(*la.svd(a)), *ANY, make=spread, grad=False)
each("pinv", la.pinv, *ANY, ((0, 3),), make=spread)
for d, tag in BOTH:
    record("pinv", f"{'f32' if d == F32 else 'f64'} identity", la.pinv, torch.eye(3, dtype=d))
    for name, a in {"full": spread((4, 3), d), "one": torch.ones(3, 4, dtype=d), "none": torch.zeros(2, 2, dtype=d), "batch": spread((2, 3, 3), d)}.items():
        record("matrixRank", f"{tag} {name}", la.matrix_rank, a, grad=False)
    for a, b in (((4, 3), (4, 2)), ((3, 3), (3, 2)), ((2, 4, 3), (2, 4, 2)), ((3, 4), (3, 2))):
        record("lstsq", f"{tag} {list(a)} {list(b)}", lambda x, y: la.lstsq(x, y)[0], spread(a, d), uniform(b, d))
each("matrixNorm", la.matrix_norm, *ANY, ((0, 2),), make=spread)
each("matrixNorm.nuc", lambda a: la.matrix_norm(a, "nuc", keepdim=True), *ANY, make=spread)
for o in (1, -1, 2, -2, INF, -INF):
    each(f"matrixNorm.{o}", lambda a, o=o: la.matrix_norm(a, o), *ANY, *([((0, 2),)] if o > 0 else []), make=spread)
for o in (1, 2, -2, INF, "fro", "nuc"):
    # PyTorch's own backward fails for orders other than 2: it overwrites the inverse.
    each(f"cond.{o}", (lambda a, o=o: la.cond(a, o)) if o in (2, -2) else lambda a, o=o: la.matrix_norm(a, o) * la.matrix_norm(la.inv(a), o), ((3, 3),), ((2, 3, 3),), make=spread)
    each(f"cond.{o}", lambda a, o=o: la.cond(a, o), ((0, 0),), ((2, 0, 0),), grad=False)
record("cond.1", "f32 singular", lambda a: la.cond(a, 1), torch.stack([torch.ones(2, 2), torch.eye(2)]), grad=False)
each("matrixNorm.dims", lambda a: la.matrix_norm(a, INF, dim=(2, 0), keepdim=True), ((2, 3, 4),), make=jittered)
each("norm.ord", lambda a: la.norm(a, 1), ((4,),), ((3, 2),))


def low_rank(f, a, *more):
    torch.manual_seed(5)
    u, s, v = f(a, *more)
    return s, (u * s.unsqueeze(-2)) @ v.mT, u * u, v * v


with torch.random.fork_rng():
    for shape in ((5, 4), (4, 6), (2, 4, 3)):
        for d, tag in BOTH:
            m = uniform((1, shape[-1]), d)
            record("svdLowrank", f"{tag} {list(shape)}", lambda a: low_rank(torch.svd_lowrank, a), spread(shape, d), grad=False)
            record("svdLowrank.2", f"{tag} {list(shape)}", lambda a, m: low_rank(torch.svd_lowrank, a, 2, 1, m), spread(shape, d), m)
            record("pcaLowrank", f"{tag} {list(shape)}", lambda a: low_rank(torch.pca_lowrank, a, 2), spread(shape, d))
            record("pcaLowrank.plain", f"{tag} {list(shape)}", lambda a: low_rank(torch.pca_lowrank, a, 3, False, 0), spread(shape, d))
records.write(OUT, f"torch {torch.__version__}, seed {SEED}; made by tools/golden/linalg.py")
