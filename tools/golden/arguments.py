"""Writes the golden values of ArgumentContractTest: what PyTorch gives, or that it raises, for dimensions, positions and counts that are there or not.

Run from the repository's root, with the PyTorch that the result's header names:

    python tools/golden/arguments.py

It writes arguments.bin.gz to framework-core/src/test/resources/golden. A row is a call with one number, with which its name ends.
"""

import pathlib

import torch

from cases import Cases, F32, I64, distinct

SEED = 20261122
OUT = pathlib.Path("framework-core/src/test/resources/golden/arguments.bin.gz")

torch.manual_seed(SEED)
torch.set_num_threads(1)
cases = Cases()
SHAPES = [(), (3,), (2, 3), (0, 3), (2, 0), (2, 3, 4)]
NUMBERS = [-4, -3, -2, -1, 0, 1, 2, 3, 4]
one = torch.zeros(1, dtype=I64)


def like(x):
    """Positions for gather and the like: 0 in each place of a tensor of ones."""
    return torch.zeros((1,) * x.dim(), dtype=I64)


CALLS = {
    "sum": lambda x, n: x.sum(n), "mean": lambda x, n: x.mean(n), "prod": lambda x, n: x.prod(n), "amax": lambda x, n: x.amax(n),
    "amin": lambda x, n: x.amin(n), "max": lambda x, n: x.max(n), "min": lambda x, n: x.min(n), "argmax": lambda x, n: x.argmax(n),
    "argmin": lambda x, n: x.argmin(n), "all": lambda x, n: x.all(n), "any": lambda x, n: x.any(n), "var": lambda x, n: x.var(n, correction=0),
    "std": lambda x, n: x.std(n, correction=0), "norm": lambda x, n: x.norm(dim=n), "logSumExp": lambda x, n: x.logsumexp(n),
    "cumsum": lambda x, n: x.cumsum(n), "cumprod": lambda x, n: x.cumprod(n), "cummax": lambda x, n: x.cummax(n), "cummin": lambda x, n: x.cummin(n),
    "logcumsumexp": lambda x, n: x.logcumsumexp(n), "softmax": lambda x, n: x.softmax(n), "logSoftmax": lambda x, n: x.log_softmax(n),
    "median": lambda x, n: x.median(n), "nanmedian": lambda x, n: x.nanmedian(n), "mode": lambda x, n: x.mode(n), "nansum": lambda x, n: x.nansum(n),
    "nanmean": lambda x, n: x.nanmean(n), "countNonzero": lambda x, n: x.count_nonzero(n), "kthvalue": lambda x, n: x.kthvalue(1, n),
    "kthvalue k": lambda x, n: x.kthvalue(n, 0), "quantile": lambda x, n: x.quantile(0.5, n), "aminmax": lambda x, n: x.aminmax(dim=n),
    "sum twice": lambda x, n: x.sum((n, n)), "amax twice": lambda x, n: x.amax((n, n)), "var twice": lambda x, n: x.var((n, n), correction=0),
    "logSumExp twice": lambda x, n: x.logsumexp((n, n)), "flip twice": lambda x, n: x.flip(n, n), "permute twice": lambda x, n: x.permute(n, n),
    "sum same": lambda x, n: x.sum((0, n)), "squeeze": lambda x, n: x.squeeze(n), "unsqueeze": lambda x, n: x.unsqueeze(n),
    "sort": lambda x, n: x.sort(n), "argsort": lambda x, n: x.argsort(n), "topk": lambda x, n: x.topk(1, n), "topk k": lambda x, n: x.topk(n, 0),
    "flip": lambda x, n: x.flip(n), "roll": lambda x, n: x.roll(1, n), "roll by": lambda x, n: x.roll(n, 0), "rot90": lambda x, n: x.rot90(1, (0, n)),
    "unbind": lambda x, n: x.unbind(n), "split": lambda x, n: x.split(1, n), "split size": lambda x, n: x.split(n, 0), "chunk": lambda x, n: x.chunk(2, n),
    "chunk count": lambda x, n: x.chunk(n, 0), "tensorSplit": lambda x, n: x.tensor_split(2, n), "tensorSplit sections": lambda x, n: x.tensor_split(n, 0),
    "narrow": lambda x, n: x.narrow(n, 0, 1), "narrow from": lambda x, n: x.narrow(0, n, 1), "narrow length": lambda x, n: x.narrow(0, 0, n),
    "select": lambda x, n: x.select(n, 0), "select index": lambda x, n: x.select(0, n), "flatten": lambda x, n: x.flatten(n, -1),
    "unflatten": lambda x, n: x.unflatten(n, (1, -1)), "transpose": lambda x, n: x.transpose(n, 0), "moveAxis": lambda x, n: x.moveaxis(n, 0),
    "diff": lambda x, n: x.diff(1, n), "diff n": lambda x, n: x.diff(n, 0), "cat": lambda x, n: torch.cat((x, x), n), "stack": lambda x, n: torch.stack((x, x), n),
    "gather": lambda x, n: x.gather(n, like(x)), "gather at": lambda x, n: x.gather(0, like(x) + n), "scatterAdd": lambda x, n: x.scatter_add(n, like(x), torch.ones((1,) * x.dim())),
    "scatter at": lambda x, n: x.scatter(0, like(x) + n, 5.0), "scatterReduce": lambda x, n: x.scatter_reduce(n, like(x), torch.ones((1,) * x.dim()), "sum"),
    "takeAlongDim": lambda x, n: x.take_along_dim(like(x), n), "indexSelect": lambda x, n: x.index_select(n, one), "indexSelect at": lambda x, n: x.index_select(0, one + n),
    "indexFill": lambda x, n: x.index_fill(n, one, 5.0), "indexFill at": lambda x, n: x.index_fill(0, one + n, 5.0), "take": lambda x, n: x.take(one + n),
    "repeatInterleave": lambda x, n: x.repeat_interleave(2, n), "repeatInterleave times": lambda x, n: x.repeat_interleave(n, 0),
    "unfold": lambda x, n: x.unfold(n, 1, 1), "unfold size": lambda x, n: x.unfold(0, n, 1), "unfold step": lambda x, n: x.unfold(0, 1, n),
    "diagonal": lambda x, n: x.diagonal(0, n, 0), "diagonal offset": lambda x, n: x.diagonal(n, 0, 1), "triu": lambda x, n: x.triu(n), "tril": lambda x, n: x.tril(n),
    "diagEmbed": lambda x, n: x.diag_embed(0, n, 0), "renorm": lambda x, n: x.renorm(2, n, 1.0), "trapezoid": lambda x, n: torch.trapezoid(x, dim=n),
    "cumulativeTrapezoid": lambda x, n: torch.cumulative_trapezoid(x, dim=n), "tile": lambda x, n: x.tile((n,)), "repeat": lambda x, n: x.repeat(n, 1, 1),
    "expand": lambda x, n: x.expand(n, 2, 3), "reshape": lambda x, n: x.reshape(n, 3), "histc bins": lambda x, n: x.histc(n, -9, 9),
    "max()": lambda x, n: x.max(), "min()": lambda x, n: x.min(), "argmax()": lambda x, n: x.argmax(), "median()": lambda x, n: x.median(),
    "amax()": lambda x, n: x.amax(), "quantile()": lambda x, n: x.quantile(0.5), "aminmax()": lambda x, n: x.aminmax(), "mean()": lambda x, n: x.mean(),
    "prod()": lambda x, n: x.prod(), "norm()": lambda x, n: x.norm(), "vecdot": lambda x, n: torch.linalg.vecdot(x, x, dim=n),
    "cross": lambda x, n: torch.linalg.cross(x, x, dim=n), "selectScatter": lambda x, n: x.select_scatter(torch.ones(x.shape[1:]), 0, n),
}


def careless(name, n, shape):
    """Where PyTorch takes what makes no sense, and we refuse it: dimensions that are not there, of tensors that are empty or have one dimension."""
    outside = not -len(shape) <= n < len(shape)
    return (name in ("cummax", "cummin", "roll") and 0 in shape and outside or name == "vecdot" and len(shape) == 1 and outside
            or name == "tile" and 0 in shape and n < 0 or name == "topk k" and shape == () and n == 0)


for name, call in CALLS.items():
    for n in [0] if name.endswith("()") else NUMBERS:
        for shape in SHAPES:
            if careless(name, n, shape):
                continue
            cases.record(f"{name} {n}", f"types {list(shape)}", lambda x, call=call, n=n: call(x, n), distinct(shape, F32), grad=False)

for name, call in {"remainder": torch.remainder, "fmod": torch.fmod, "floorDivide": torch.floor_divide, "div trunc": lambda a, b: torch.div(a, b, rounding_mode="trunc"),
                   "div": torch.div, "gcd": torch.gcd}.items():
    for n in (0, 2, -3):
        cases.record(f"{name} {n}", "types int64", lambda x, y, call=call: call(x, y), torch.tensor([4, -5, 7]), torch.tensor([2, n, -2]), grad=False)
        cases.record(f"{name} {n}", "types empty", lambda x, y, call=call: call(x, y), torch.tensor([], dtype=I64), torch.tensor([n]), grad=False)
cases.write(OUT, f"torch {torch.__version__}, seed {SEED}; made by tools/golden/arguments.py")
