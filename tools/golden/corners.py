"""Writes the golden values of CornerContractTest: zeros, ties, NaN and infinities for ops whose other operands are in the tables of other scripts.

Run from the repository's root, with the PyTorch that the result's header names:

    python tools/golden/corners.py

It writes corners.bin.gz to framework-core/src/test/resources/golden; cases.py explains the names of the records.
"""

import itertools
import pathlib

import torch

from cases import Cases, F32, F64, I64, INF, NAN, PAIRED, TIES, ZEROS

OUT = pathlib.Path("framework-core/src/test/resources/golden/corners.bin.gz")
la = torch.linalg

torch.set_num_threads(1)
cases = Cases()


def each(row, fn, *operands, grad=True, types=(F32, F64)):
    """Operands are nested lists; those of whole numbers are positions, those of bools masks."""
    names = sum(n.startswith(row + "|") for n in cases.names)
    for d in types:
        tensors = [torch.tensor(x) for x in operands]
        cases.record(row, f"corner {names // len(types)} {d}", fn, *(t.to(d) if t.is_floating_point() else t for t in tensors), grad=grad)


MATRICES = TIES + ZEROS

# ---- norms and distances ----

for p in (0, 0.5, 1, 1.5, 2, 3, INF, -INF, -1.5):
    for m in (MATRICES if p not in (0.5, 1.5) else TIES[:1] + ZEROS):
        each(f"norm.{p}", lambda x, p=p: torch.linalg.vector_norm(x, p, dim=-1), m)
        each(f"norm.{p}", lambda x, p=p: torch.linalg.vector_norm(x, p, dim=-1), [[0.0, -0.0]])
for p in (1, 2, 3, INF):
    each(f"dist.{p}", lambda a, b, p=p: torch.dist(a, b, p), [1.0, 2.0, NAN], [1.0, 2.0, 3.0])
    each(f"dist.{p}", lambda a, b, p=p: torch.dist(a, b, p), [1.0, 2.0], [1.0, 2.0])
    each(f"dist.{p}", lambda a, b, p=p: torch.dist(a, b, p), [1.0, INF], [1.0, 2.0])
    # PyTorch's gradient of the largest difference is NaN for an infinite one, and goes to each of equal ones whole
    others = [[1.0, 2.0], [0.0, 1.0], [INF, 0.0]] if p != INF else [[1.0, 2.0], [0.0, 1.5], [7.0, 0.0]]
    each(f"cdist.{p}", lambda a, b, p=p: torch.cdist(a, b, p, "donot_use_mm_for_euclid_dist"), [[1.0, 2.0], [0.0, 0.0]], others)
each("renorm", lambda x: x.renorm(2, 0, 1.0), [[0.0, 0.0], [3.0, 4.0], [INF, 1.0], [NAN, 1.0], [0.5, 0.5]], grad=False)

# ---- sums, spreads, scans ----

for name, fn in {"varMean": lambda x: torch.var_mean(x, -1), "stdMean": lambda x: torch.std_mean(x, -1), "std.biased": lambda x: x.std(-1, correction=0),
                 "aminmax": lambda x: tuple(torch.aminmax(x)), "amaxOuter": lambda x: x.amax((0, 1)), "nansum": lambda x: x.nansum(0), "nanmean": lambda x: x.nanmean(0),
                 "logSumExp": lambda x: x.logsumexp(0), "cumsum": lambda x: x.cumsum(0), "cumprod": lambda x: x.cumprod(0), "logcumsumexp": lambda x: x.logcumsumexp(0),
                 "cummax": lambda x: tuple(x.cummax(0)), "cummin": lambda x: tuple(x.cummin(0)), "softmax": lambda x: x.softmax(0), "logSoftmax": lambda x: x.log_softmax(0),
                 "prod": lambda x: x.prod(0), "median": lambda x: x.median(0)[0], "nanmedian": lambda x: x.nanmedian(0)[0], "msort": torch.msort,
                 "kthvalue": lambda x: x.kthvalue(2, 0)[0], "topk": lambda x: x.topk(2, 0)[0], "topk.smallest": lambda x: x.topk(2, 0, False)[0],
                 "quantile": lambda x: x.quantile(0.3, 0), "quantile.lower": lambda x: x.quantile(0.3, 0, interpolation="lower"),
                 "nanquantile": lambda x: x.nanquantile(0.3, 0), "diff": lambda x: x.diff(dim=0), "trapezoid": lambda x: torch.trapezoid(x, dim=0)}.items():
    # PyTorch's mean beside a variance is NaN for equal infinities; which of equal elements is the median is left open, and so is where its gradient goes;
    # its gradient of a product with both zeros and infinities depends on whether any other product has a zero
    apart = {"varMean": [0, 1, 3], "stdMean": [0, 1, 3], "prod": [0, 1, 3], "cumprod": [0, 1, 3]}.get(name, range(len(MATRICES)))
    for i in apart:
        each(name, fn, MATRICES[i], grad=name not in ("median", "nanmedian", "kthvalue"))
for name, fn in {"varMean": lambda x: torch.var_mean(x, -1), "std.biased": lambda x: x.std(-1, correction=0)}.items():
    each(name, fn, [[2.0], [3.0]])
    each(name, fn, [[2.0, 2.0], [0.0, 0.0]])
each("cov", lambda x: x.cov(), [[1.0, 1.0, 1.0], [1.0, 2.0, NAN]])
each("cov", lambda x: x.cov(), [[1.0, 2.0, 4.0], [INF, 2.0, 1.0]])
each("corrcoef", lambda x: x.corrcoef(), [[1.0, 1.0, 1.0], [1.0, 2.0, 4.0]], grad=False)
each("histc", lambda x: x.histc(3), [1.0, 1.0, 1.0], grad=False)
each("histc", lambda x: x.histc(4, 0, 2), [0.0, 2.0, 3.0, -1.0, 1.0, 0.5], grad=False)
each("unique", lambda x: x.unique(), [0.0, -0.0, 1.0, INF, 1.0, -INF, INF], grad=False)
each("unique", lambda x: x.unique(), [NAN, 1.0, NAN], grad=False)
each("uniqueConsecutive", lambda x: x.unique_consecutive(), [0.0, -0.0, 1.0, 1.0, NAN, NAN], grad=False)
each("bucketize", lambda x, b: torch.bucketize(x, b), [NAN, INF, -INF, 1.0, 0.5, -0.0], [-1.0, 0.0, 1.0, 2.0], grad=False)
each("bucketize.right", lambda x, b: torch.bucketize(x, b, right=True), [NAN, INF, -INF, 1.0, 0.5, -0.0], [-1.0, 0.0, 1.0, 2.0], grad=False)

# ---- element by element ----

THREE = [list(v) for v in zip(*itertools.product([0.0, -0.0, INF, -INF, NAN, 1.0, -2.0], repeat=3))]
each("lerp.tensor", torch.lerp, *THREE, grad=False)
finite = [list(v) for v in zip(*itertools.product([0.0, -0.0, 1.0, -2.0], [0.0, -0.0, 1.0], [0.0, 1.0, 0.25, 0.5, -2.0]))]
each("lerp.tensor", torch.lerp, *finite)
each("addcmul", lambda x, a, b: x.addcmul(a, b, value=0.5), *THREE)
each("addcdiv", lambda x, a, b: x.addcdiv(a, b, value=0.5), *THREE)
left, right = (list(v) for v in zip(*itertools.product(PAIRED, PAIRED)))
each("floatPower", torch.float_power, left, right)
each("where", lambda m, a, b: torch.where(m, a, b), [True, False, True, False], [NAN, NAN, 1.0, INF], [1.0, 2.0, NAN, -0.0])
each("maskedFill", lambda x, m: x.masked_fill(m, 2.0), [NAN, INF, 1.0, -0.0], [True, False, False, False])
each("maskedFill.nan", lambda x, m: x.masked_fill(m, NAN), [NAN, INF, 1.0, -0.0], [True, False, True, False])
each("igamma", lambda a, x: torch.special.gammainc(a, x), [0.0, 1.0, 0.0, 1.0, INF, NAN, 2.0], [0.0, 0.0, 1.0, INF, 1.0, 1.0, NAN], grad=False)
each("igammac", lambda a, x: torch.special.gammaincc(a, x), [0.0, 1.0, 0.0, 1.0, INF, NAN, 2.0], [0.0, 0.0, 1.0, INF, 1.0, 1.0, NAN], grad=False)

# ---- positions ----

AT = [[0, 0, 1], [0, 2, 1]]
for how in ("sum", "prod", "mean", "amax", "amin"):
    for inside in (True, False):
        for x, y in (([[1.0, 2.0, 0.0], [3.0, 3.0, 3.0], [0.0, 0.0, 1.0]], [[1.0, 2.0, 3.0], [2.0, 0.0, 3.0]]), ([[0.0, 0.0, NAN], [1.0, INF, 0.0], [2.0, 0.0, 1.0]], [[0.0, 1.0, 2.0], [0.0, NAN, INF]])):
            # without include_self PyTorch loses what it shares out to equal elements that do not count; products with both zeros and NaN: as above
            grad = not (how in ("amax", "amin") and not inside or how == "prod" and any(NAN is v for row in x for v in row))
            each(f"scatterReduce.{how}.{str(inside).lower()}", lambda x, i, y, h=how, s=inside: x.scatter_reduce(0, i, y, h, include_self=s), x, AT, y, grad=grad)
for how in ("prod", "mean", "amax", "amin"):
    each(f"indexReduce.{how}", lambda x, i, y, h=how: x.index_reduce(0, i, y, h), [[1.0, 0.0], [2.0, 3.0]], [0, 0, 1], [[0.0, 1.0], [1.0, 0.0], [2.0, NAN]])
each("scatterAdd", lambda x, i, y: x.scatter_add(0, i, y), [[0.0, -0.0, NAN], [1.0, INF, 0.0], [2.0, 0.0, 1.0]], AT, [[0.0, -0.0, 2.0], [0.0, NAN, -INF]])
each("indexAdd", lambda x, i, y: x.index_add(0, i, y), [[1.0, INF], [2.0, NAN]], [0, 0], [[NAN, -INF], [1.0, 0.0]])

# ---- products and matrices ----

A, B_ = [[1.0, NAN, 0.0], [INF, 1.0, 0.0]], [[0.0, 1.0], [2.0, 0.0], [INF, 1.0]]
each("matmul", torch.matmul, A, B_)
each("bmm", torch.bmm, [A, A], [B_, B_])
each("dot", torch.dot, [1.0, INF, 0.0], [1.0, 0.0, 2.0])
each("outer", torch.outer, [0.0, INF, NAN], [0.0, 1.0])
each("addmm", torch.addmm, [[NAN, 0.0], [1.0, INF]], [[1.0, 0.0], [0.0, 1.0]], [[1.0, 2.0], [0.0, 1.0]])
each("addmm.beta0", lambda c, a, b: torch.addmm(c, a, b, beta=0), [[NAN, 0.0], [1.0, INF]], [[1.0, 0.0], [0.0, 1.0]], [[1.0, 2.0], [0.0, 1.0]])
each("addmv.beta0", lambda c, a, b: torch.addmv(c, a, b, beta=0), [NAN, INF], [[1.0, 0.0], [0.0, 1.0]], [1.0, 2.0])
each("baddbmm.beta0", lambda c, a, b: torch.baddbmm(c, a, b, beta=0), [[[NAN]]], [[[1.0, 2.0]]], [[[1.0], [2.0]]])
each("addmm.alpha0", lambda c, a, b: torch.addmm(c, a, b, alpha=0), [[1.0, 2.0]], [[3.0]], [[4.0, 5.0]])
SINGULAR = [[[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]], [[0.0]], [[1.0, 1.0], [1.0, 1.0]]]
for m in SINGULAR:
    each("det", la.det, m, grad=False, types=(F64,))  # PyTorch's gradient is 0 for singular matrices, ours the cofactors
    each("slogdet", lambda a: tuple(la.slogdet(a)), m, grad=False, types=(F64,))
    each("matrixExp", la.matrix_exp, m)
    each("pinv", la.pinv, m, grad=False)
    each("matrixNorm", la.matrix_norm, m)
    for o in (1, -1, INF, -INF):
        each(f"matrixNorm.{o}", lambda a, o=o: la.matrix_norm(a, o), m)
    each("matrixRank", la.matrix_rank, m, grad=False)
each("logdet", torch.logdet, [[-1.0, 0.0], [0.0, 2.0]], types=(F64,))
each("logdet", torch.logdet, [[1.0, 1.0], [1.0, 1.0]], types=(F64,))
each("matrixNorm", la.matrix_norm, [[NAN, 1.0], [0.0, 0.0]])
each("matrixNorm", la.matrix_norm, [[INF, 1.0], [0.0, 0.0]])

cases.write(OUT, f"torch {torch.__version__}; made by tools/golden/corners.py")
