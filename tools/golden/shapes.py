"""Writes the golden values of ShapeContractTest: shape and index operations, and tensors from rules.

Run from the repository's root, with the PyTorch that the result's header names:

    python tools/golden/shapes.py

It writes shapes.bin.gz to framework-core/src/test/resources/golden; names and tags are as in ops.py.
"""

import pathlib

import torch

from records import B, F32, F64, I32, I64, Records, U8, uniform

SEED = 20240611
OUT = pathlib.Path("framework-core/src/test/resources/golden/shapes.bin.gz")
DTYPES = [B, U8, I32, I64]
INF, NAN = float("inf"), float("nan")

torch.manual_seed(SEED)
torch.set_num_threads(1)
records = Records()
record = records.record


def numbers(shape, dtype):
    if dtype.is_floating_point:
        return uniform(shape, dtype)
    low, high = {B: (0, 2), U8: (0, 256), I32: (-9, 10), I64: (-9, 10)}[dtype]
    return torch.randint(low, high, shape).to(dtype)


def distinct(shape, dtype=F32):
    n = torch.Size(shape).numel()
    return ((torch.randperm(n).to(F64) - n // 2) / 8 + 1 / 16).to(dtype).reshape(shape)


def index(shape, n, dtype=I64, low=0):
    return torch.randint(low, n, shape).to(dtype)


def shaped(row, fn, *shapes, types=True, grad=True, make=uniform):
    """An op on one tensor; shapes with at most 40 elements are checked in float64 too."""
    for s in shapes:
        n = torch.Size(s).numel()
        if n == 0:
            record(row, f"empty {list(s)}", fn, uniform(s, F32), grad=grad)
            continue
        record(row, f"f32 {list(s)}", fn, make(s, F32), grad=grad)
        if n <= 40:
            record(row, f"check {list(s)}", fn, make(s, F64), grad=grad)
    if types:
        big = max((s for s in shapes), key=lambda s: torch.Size(s).numel() if torch.Size(s).numel() <= 64 else 0)
        for t in DTYPES:
            record(row, f"types {t}", fn, numbers(big, t))


MATRICES = [(3, 5), (5, 3), (1, 1), (0, 3), (3, 0), (9, 33)]
CUBES = [(2, 3, 4), (3, 1, 5), (2, 0, 3)]

# ---- shapes ----

shaped("tile", lambda x: x.tile((2, 3)), (), (4,), (3, 5), (2, 3, 4), (0, 3))
shaped("tile.zero", lambda x: x.tile((0,)), (4,), (3, 5))
shaped("repeatInterleave", lambda x: x.repeat_interleave(3), (), (4,), (3, 5), (0,))
shaped("repeatInterleave.dim", lambda x: x.repeat_interleave(2, -1), (4,), (3, 5), (2, 3, 4), (0, 3))
for d, tag in ((F32, "f32"), (F64, "check")):
    record("repeatInterleave.each", tag, lambda x, n: x.repeat_interleave(n, 0), uniform((4, 3), d), torch.tensor([2, 0, 1, 3]))
shaped("roll", lambda x: x.roll(3), (), (4,), (3, 5), (2, 3, 4), (0, 3))
shaped("roll.dim", lambda x: x.roll(-2, -1), (4,), (3, 5), (2, 3, 4), (3, 0))
shaped("roll.dims", lambda x: x.roll((1, -7), (0, 1)), (3, 5), (2, 3, 4))
for k in range(-1, 3):
    shaped(f"rot90.{k}", lambda x, k=k: x.rot90(k), *MATRICES, (2, 3, 4))
shaped("rot90.dims", lambda x: x.rot90(1, (2, 0)), *CUBES)
shaped("fliplr", torch.fliplr, (3, 5), (2, 3, 4))
shaped("flipud", torch.flipud, (4,), (3, 5))
shaped("moveDim", lambda x: x.movedim(0, -1), (), (4,), (3, 5), (2, 3, 4), (0, 3))
shaped("moveDim.several", lambda x: x.movedim((0, 2), (1, 0)), *CUBES)
shaped("moveAxis", lambda x: x.moveaxis(2, 0), *CUBES)
shaped("swapAxes", lambda x: x.swapaxes(0, -1), (3, 5), (2, 3, 4))
shaped("unfold", lambda x: x.unfold(-1, 3, 2), (7,), (2, 8), (3, 3), (0, 4))
shaped("unfold.apart", lambda x: x.unfold(0, 2, 3), (7,), (8, 2), (2, 3))
shaped("unfold.overlap", lambda x: x.unfold(0, 3, 1), (7,), (5, 2), (4, 3, 2))
shaped("unfold.scalar", lambda x: x.unfold(0, 1, 1), ())
shaped("asStrided", lambda x: x.as_strided((2, 3), (1, 2), 1), (9,), (3, 4))
shaped("diagonal", lambda x: x.diagonal(), *MATRICES, (2, 3, 4))
shaped("diagonal.above", lambda x: x.diagonal(1, -2, -1), *MATRICES, *CUBES)
shaped("diagonal.below", lambda x: x.diagonal(-2, 0, -1), *MATRICES, *CUBES)
shaped("diag", lambda x: x.diag(), (4,), (0,), *MATRICES)
shaped("diag.above", lambda x: x.diag(2), (4,), (0,), *MATRICES)
shaped("diagFlat", lambda x: torch.diagflat(x, -1), (), (4,), (2, 3), (0, 3))
shaped("diagEmbed", lambda x: x.diag_embed(), (4,), (2, 3), (0, 3), (3, 0))
shaped("diagEmbed.placed", lambda x: x.diag_embed(1, 0, 2), (2, 3), (2, 3, 2))
shaped("trace", torch.trace, *MATRICES)
for name in ("tril", "triu"):
    f = getattr(torch, name)
    shaped(name, f, *MATRICES, *CUBES)
    shaped(f"{name}.1", lambda x, f=f: f(x, 1), *MATRICES, *CUBES)
    shaped(f"{name}.-2", lambda x, f=f: f(x, -2), *MATRICES, *CUBES)
    record(name, "corner f32", f, torch.tensor([[NAN, INF, -0.0], [-INF, NAN, INF], [-0.0, INF, NAN]]))
for k in (1, 2, 3):
    shaped(f"atLeast{k}d", getattr(torch, f"atleast_{k}d"), (), (4,), (2, 3), (2, 3, 4), (0,))
shaped("split.sizes", lambda x: x.split([1, 0, 2], 1), (2, 3), (2, 3, 2), (0, 3))
shaped("tensorSplit", lambda x: x.tensor_split(4, -1), (7,), (2, 10), (3, 2), (3, 0))
shaped("tensorSplit.indices", lambda x: x.tensor_split([1, -2, 9, 3], 0), (7,), (5, 2), (2, 3), (0, 2))
shaped("hsplit", lambda x: x.hsplit(2), (4,), (3, 4), (2, 4, 3))
shaped("vsplit", lambda x: x.vsplit(2), (4, 3), (2, 4, 3))
shaped("dsplit", lambda x: x.dsplit(2), (3, 1, 4))
shaped("hsplit.indices", lambda x: x.hsplit([1, 3]), (4,), (3, 4))
shaped("vsplit.indices", lambda x: x.vsplit([1, 3]), (4, 3))
shaped("dsplit.indices", lambda x: x.dsplit([1, 3]), (3, 1, 4))
shaped("diff", lambda x: x.diff(), (7,), (3, 5), (0,), (1,), (3, 0))
shaped("diff.2first", lambda x: x.diff(2, 0), (7,), (3, 5), (1, 3), (2, 3))
for d, tag in ((F32, "f32"), (F64, "check")):
    record("diff.around", tag, lambda x, a, b: x.diff(1, -1, a, b), uniform((3, 5), d), uniform((3, 1), d), uniform((3, 2), d))
    for s, t in (((3,), (3,)), ((2, 3), (2, 3)), ((2, 3, 2), (2, 3, 2)), ((), ())):
        record("hstack", f"{tag} {list(s)}", lambda a, b: torch.hstack((a, b)), uniform(s, d), uniform(t, d))
        record("vstack", f"{tag} {list(s)}", lambda a, b: torch.vstack((a, b)), uniform(s, d), uniform(t, d))
        record("dstack", f"{tag} {list(s)}", lambda a, b: torch.dstack((a, b)), uniform(s, d), uniform(t, d))
    for s, t in (((3,), (3, 2)), ((3,), (3,)), ((), ()), ((2, 3), (2, 1))):
        record("columnStack", f"{tag} {list(s)} {list(t)}", lambda a, b: torch.column_stack((a, b)), uniform(s, d), uniform(t, d))
    for s, t in (((3,), (3, 2)), ((), ()), ((2, 3), (2, 1)), ((0, 2), (2, 3))):
        record("blockDiag", f"{tag} {list(s)} {list(t)}", lambda a, b: torch.block_diag(a, b), uniform(s, d), uniform(t, d))
    for s, t in (((3, 1), (4,)), ((), (2, 3)), ((1,), (0, 1))):
        empty = "empty" if 0 in s + t else ""
        record("broadcastTensors", f"{empty or tag} {tag} {list(s)} {list(t)}", torch.broadcast_tensors, uniform(s, d), uniform(t, d))
    for s, t in (((3,), (4,)), ((1,), (2,)), ((), (3,))):
        record("meshgrid", f"{tag} {list(s)} {list(t)}", lambda a, b: torch.meshgrid(a, b, indexing="ij"), uniform(s, d), uniform(t, d))
        record("meshgrid.xy", f"{tag} {list(s)} {list(t)}", lambda a, b: torch.meshgrid(a, b, indexing="xy"), uniform(s, d), uniform(t, d))
        if s:
            record("cartesianProd", f"{tag} {list(s)} {list(t)}", torch.cartesian_prod, uniform(s, d), uniform(t, d))
    record("cat.legacy", tag, lambda a, b: torch.cat((a, b), 0), uniform((0,), d), uniform((2, 3), d))
for t in DTYPES:
    record("hstack", f"types {t}", lambda a, b: torch.hstack((a, b)), numbers((3,), t), uniform((3,)), grad=False)
    record("blockDiag", f"types {t}", torch.block_diag, numbers((3,), t), uniform((3,)), grad=False)
shaped("combinations", lambda x: torch.combinations(x), (4,), (1,), (0,))
shaped("combinations.3", lambda x: torch.combinations(x, 3, True), (4,), (2,), (0,))

# ---- index: reading ----

for d, tag in ((F32, "f32"), (F64, "check")):
    for s, i in (((7,), (3,)), ((3, 5), (2, 4)), ((3, 5), ()), ((), (2,))):
        n = max(torch.Size(s).numel(), 1)
        record("take", f"{tag} {list(s)} {list(i)}", torch.take, uniform(s, d), index(i, n, I64, -n))
    for s, i in (((7,), (3,)), ((3, 5), (3, 2)), ((3, 5), (1, 2)), ((1, 5), (3, 2))):
        record("takeAlongDim", f"{tag} {list(s)} {list(i)}", lambda x, k: torch.take_along_dim(x, k, 1 if x.dim() > 1 else 0), uniform(s, d), index(i, s[-1]))
    record("gather.scalar", f"{tag}", lambda x, k: x.gather(0, k), uniform((), d), torch.tensor(0))
    record("gather.scalarVector", f"{tag}", lambda x, k: x.gather(0, k), uniform((), d), torch.tensor([0, 0]))
for name, fn in {
    "index.views": lambda x: x[1:, None, ..., -1],
    "index.step": lambda x: x[:, ::2],
    "index.position": lambda x: x[-1, 1],
    "index.list": lambda x: x[[2, 0, 0]],
    "index.listLast": lambda x: x[..., [0, -1]],
    "index.both": lambda x: x[[0, 1, 2], [1, 1, -1]],
    "index.apart": lambda x: x[[[0], [1]], 1:, [1, 0, 1]],
    "index.together": lambda x: x[:, [[0], [1]], [1, 0, 1]],
    "index.mixed": lambda x: x[None, [0, 2], 1],
    "index.mask": lambda x: x[:, torch.tensor([True, False, True])],
    "index.mask2": lambda x: x[torch.arange(9).reshape(3, 3) % 2 == 0],
    "index.none": lambda x: x[[]] if False else x[torch.zeros(0, dtype=I64)],
}.items():
    for d, tag in ((F32, "f32"), (F64, "check")):
        record(name, tag, fn, uniform((3, 3, 4), d))
    record(name, "types", fn, numbers((3, 3, 4), I32))
shaped("nonzeroTuple", lambda x: x.nonzero(as_tuple=True), (), (7,), (3, 5), (0, 3), grad=False)
shaped("argwhere", torch.argwhere, (), (3, 5), grad=False)
shaped("kthvalue", lambda x: tuple(x.kthvalue(2, -1)), (7,), (3, 5), (2, 3, 4), make=distinct, types=False)
shaped("kthvalue.firstKept", lambda x: tuple(x.kthvalue(1, 0, True)), (), (7,), (3, 5), make=distinct, types=False)
shaped("msort", torch.msort, (7,), (3, 5), (2, 3, 4), (300,), make=distinct)
SORTED = torch.tensor([[-1.5, -0.5, -0.5, 0.25, 1.0], [-2.0, -1.0, 0.0, 0.5, INF]])
for d in (F32, F64):
    for right in (False, True):
        row = "searchSorted.right" if right else "searchSorted"
        record(row, f"f32 {d}", lambda s, v, r=right: torch.searchsorted(s, v, right=r), SORTED.to(d), torch.tensor([[-0.5, 0.25, 9], [0, NAN, -INF]]).to(d), grad=False)
        record(row, f"f32 one {d}", lambda s, v, r=right: torch.searchsorted(s, v, right=r), SORTED[0].to(d), uniform((2, 3, 4), d), grad=False)
        record(row, f"empty {d}", lambda s, v, r=right: torch.searchsorted(s, v, right=r), SORTED[0, :0].to(d), uniform((3,), d), grad=False)
        record(row.replace("searchSorted", "bucketize"), f"f32 {d}", lambda v, s, r=right: torch.bucketize(v, s, right=r), uniform((3, 4), d), SORTED[0].to(d), grad=False)
record("searchSorted", "types", torch.searchsorted, torch.tensor([1, 3, 3, 7]), torch.tensor([3, 0, 9, 7]))
for t in (I32, I64, F32):
    record("isin", f"types {t}", torch.isin, numbers((3, 40), t), numbers((9,), t), grad=False)
record("isin", "corner", torch.isin, torch.tensor([0.0, -0.0, NAN, INF, 1]), torch.tensor([NAN, -0.0, INF]), grad=False)
record("isin", "empty", torch.isin, uniform((3,)), uniform((0,)), grad=False)
record("isin.inverted", "types", lambda a, b: torch.isin(a, b, invert=True), numbers((30,), I64), numbers((9,), I64))

# ---- index: writing ----

for d, tag in ((F32, "f32"), (F64, "check")):
    for dim, s, i in ((0, (5,), (3,)), (1, (3, 5), (2, 4)), (0, (3, 5), (2, 4)), (2, (2, 3, 4), (2, 2, 3))):
        unique = torch.stack([torch.randperm(s[dim])[:i[dim]] for _ in range(torch.Size(i).numel() // i[dim])])
        k = unique.reshape([*i[:dim], *i[dim + 1:], i[dim]]).movedim(-1, dim)
        record(f"scatter.{dim}", f"{tag} {list(s)} {list(i)}", lambda x, k, v, dim=dim: x.scatter(dim, k, v), uniform(s, d), k, uniform(i, d))
        record(f"scatter.number{dim}", f"{tag} {list(s)} {list(i)}", lambda x, k, dim=dim: x.scatter(dim, k, 1.5), uniform(s, d), k)
    record("scatter.scalar", tag, lambda x, k, v: x.scatter(0, k, v), uniform((), d), torch.tensor(0), uniform((), d))
    record("scatterAdd.smaller", tag, lambda x, k, v: x.scatter_add(1, k, v), uniform((3, 5), d), index((2, 4), 5), uniform((2, 4), d))
    for how in ("sum", "prod", "mean", "amax", "amin"):
        for own in (True, False):
            record(f"scatterReduce.{how}{'' if own else 'Without'}", tag, lambda x, k, v, how=how, own=own: x.scatter_reduce(0, k, v, how, include_self=own),
                   distinct((4, 3), d), index((5, 3), 4), distinct((5, 3), d) + 0.03125)
    for dim in (0, 1):
        for s in ((4, 3), (4, 3, 2)):
            n = s[dim]
            src = list(s)
            src[dim] = 2
            k, many = torch.randperm(n)[:2], index((2,), n, I32)
            record(f"indexAdd.{dim}", f"{tag} {list(s)}", lambda x, k, v, dim=dim: x.index_add(dim, k, v), uniform(s, d), many, uniform(src, d))
            record(f"indexAdd.alpha{dim}", f"{tag} {list(s)}", lambda x, k, v, dim=dim: x.index_add(dim, k, v, alpha=-1.5), uniform(s, d), many, uniform(src, d))
            record(f"indexCopy.{dim}", f"{tag} {list(s)}", lambda x, k, v, dim=dim: x.index_copy(dim, k, v), uniform(s, d), k, uniform(src, d))
            record(f"indexFill.{dim}", f"{tag} {list(s)}", lambda x, k, dim=dim: x.index_fill(dim, k, -2.5), uniform(s, d), k)
    record("indexPut", f"{tag}", lambda x, k, v: x.index_put((k,), v), uniform((5, 3), d), torch.tensor([3, -5]), uniform((2, 3), d))
    record("indexPut", f"{tag} row", lambda x, k, v: x.index_put((k,), v), uniform((5, 3), d), torch.tensor([3, 0]), uniform((3,), d))
    record("indexPut.two", f"{tag}", lambda x, a, b, v: x.index_put((a, b), v), uniform((5, 3), d), torch.tensor([3, 0, 3]), torch.tensor([0, 1, 2]), uniform((3,), d))
    record("indexPut.add", f"{tag}", lambda x, a, b, v: x.index_put((a, b), v, accumulate=True), uniform((5, 3), d), torch.tensor([3, 0, 3]), torch.tensor([0, 1, 0]), uniform((), d))
    record("put", tag, lambda x, k, v: x.put(k, v), uniform((3, 4), d), torch.tensor([[0, -1], [5, 7]]), uniform((2, 2), d))
    record("put.add", tag, lambda x, k, v: x.put(k, v, accumulate=True), uniform((3, 4), d), torch.tensor([[0, -1], [0, 7]]), uniform((4,), d))
    mask = torch.tensor([[True, False, True, True], [False, False, False, False], [False, True, False, True]])
    record("maskedScatter", tag, lambda x, m, v: x.masked_scatter(m, v), uniform((3, 4), d), mask, uniform((13,), d))
    record("maskedScatter", f"{tag} wide", lambda x, m, v: x.masked_scatter(m, v), uniform((3, 4), d), mask[0], uniform((3, 4), d))
    record("selectScatter", tag, lambda x, v: x.select_scatter(v, 1, -1), uniform((3, 4), d), uniform((3,), d))
    record("sliceScatter", tag, lambda x, v: x.slice_scatter(v, 1, 1, 4, 2), uniform((3, 5), d), uniform((3, 2), d))
    record("diagonalScatter", tag, lambda x, v: x.diagonal_scatter(v, 1), uniform((3, 5), d), uniform((3,), d))
for t in DTYPES:
    record("scatter.1", f"types {t}", lambda x, k, v: x.scatter(1, k, v), numbers((2, 3), t), torch.tensor([[0, 2], [1, 0]]), numbers((2, 2), t))
    record("put.add", f"types {t}", lambda x, k, v: x.put(k, v, accumulate=True), numbers((3,), t), torch.tensor([0, 0, 2]), numbers((3,), t))
    record("indexAdd.0", f"types {t}", lambda x, k, v: x.index_add(0, k, v), numbers((3, 2), t), torch.tensor([0, 0]), numbers((2, 2), t))
    record("take", f"types {t}", torch.take, numbers((3, 2), t), index((4,), 6))
for how in ("sum", "prod", "mean", "amax", "amin"):
    for own in (True, False):
        record(f"scatterReduce.{how}{'' if own else 'Without'}", "types int", lambda x, k, v, how=how, own=own: x.scatter_reduce(0, k, v, how, include_self=own),
               numbers((4, 3), I64), index((5, 3), 4), numbers((5, 3), I64))
record("scatterReduce.prod", "corner", lambda x, k, v: x.scatter_reduce(0, k, v, "prod"), torch.tensor([0.0, 2, 0, 3]), torch.tensor([0, 1, 2, 3, 3, 1]), torch.tensor([2.0, 0, 0, 2, 5, 3]))

# ---- from rules; the operand stands for nothing ----

for name, fn in {
    "arange.double": lambda x: torch.arange(0.0, 2.3, 0.25), "arange.down": lambda x: torch.arange(3.0, -1.0, -0.7),
    "logspace": lambda x: torch.logspace(-2, 3, 7), "logspace.2": lambda x: torch.logspace(0, 8, 5, 2.0), "eye": lambda x: torch.eye(3, 5),
    "trilIndices": lambda x: torch.tril_indices(4, 3, -1), "triuIndices": lambda x: torch.triu_indices(3, 5, 1),
    "full.long": lambda x: torch.full((2, 3), 7), "full.double": lambda x: torch.full((2, 3), 7.5),
}.items():
    record(name, "types", fn, torch.zeros(1), grad=False)

records.write(OUT, f"torch {torch.__version__}, seed {SEED}; made by tools/golden/shapes.py")
