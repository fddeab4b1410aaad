"""The Python twin of io.candela.benchmarks.OpTable: times the ops whose names it reads, on matrices of ROWS x COLUMNS, and answers with microseconds each.

    python ops.py ROWS COLUMNS SECONDS
"""

import os
import sys
import time

for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # settings meant for another processor
    os.environ.pop(name, None)

import torch
import torch.nn.functional as F


def ops(rows, columns):
    """By name, as in TableOps.java."""
    n = rows * columns
    x, y = torch.randn(rows, columns), torch.randn(rows, columns)
    z, p, q = x * y, x.abs() + 0.1, y.abs() + 0.1
    g1, u, v, m = p + 1, x.clamp(-0.999, 0.999), x.abs().clamp(0.001, 0.999), x > 0
    row, col = y[0].clone(), y[:, :1].clone()
    longs, ints, halves, brains, doubles = (x * 100).long(), (x * 100).int(), x.half(), x.bfloat16(), x.double()
    t = torch.randn(columns, rows).t()
    s = torch.randn(rows, 2 * columns)[:, ::2]
    flat = x.reshape(n)
    return {
        "asinh": lambda: x.asinh(),
        "tanh": lambda: x.tanh(),
        "acosh": lambda: g1.acosh(),
        "maskedFill": lambda: x.masked_fill(m, 1.0),
        "mish": lambda: F.mish(x),
        "where": lambda: torch.where(m, x, y),
        "sqrt": lambda: p.sqrt(),
        "trunc": lambda: x.trunc(),
        "atan": lambda: x.atan(),
        "isNan": lambda: x.isnan(),
        "eq": lambda: x.eq(y),
        "gt a number": lambda: x.gt(0.5),
        "lt a number": lambda: x.lt(0.5),
        "gt": lambda: x.gt(y),
        "gelu (tanh)": lambda: F.gelu(x, approximate="tanh"),
        "log10": lambda: p.log10(),
        "log2": lambda: p.log2(),
        "cos": lambda: x.cos(),
        "sin": lambda: x.sin(),
        "log": lambda: p.log(),
        "add": lambda: x.add(y),
        "rsqrt": lambda: p.rsqrt(),
        "expm1": lambda: x.expm1(),
        "logit": lambda: v.logit(),
        "elu": lambda: F.elu(x),
        "mul": lambda: x.mul(y),
        "add a number": lambda: x.add(1.5),
        "square": lambda: x.square(),
        "div by a number": lambda: x.div(1.5),
        "leakyRelu": lambda: F.leaky_relu(x),
        "abs": lambda: x.abs(),
        "pow 2": lambda: x.pow(2),
        "round": lambda: x.round(),
        "erfc": lambda: x.erfc(),
        "clampMin": lambda: x.clamp(min=0.1),
        "mul by a number": lambda: x.mul(1.5),
        "sigmoid": lambda: x.sigmoid(),
        "pow": lambda: p.pow(y),
        "pow 2.5": lambda: p.pow(2.5),
        "rsub": lambda: 1.5-x,
        "reciprocal": lambda: x.reciprocal(),
        "neg": lambda: x.neg(),
        "cosh": lambda: x.cosh(),
        "relu": lambda: x.relu(),
        "mul by a column": lambda: x.mul(col),
        "silu": lambda: F.silu(x),
        "add a column": lambda: x.add(col),
        "pow 3": lambda: x.pow(3),
        "remainder of a number": lambda: x.remainder(1.5),
        "erf": lambda: x.erf(),
        "logSigmoid": lambda: F.logsigmoid(x),
        "sinh": lambda: x.sinh(),
        "softplus": lambda: F.softplus(x),
        "add a row": lambda: x.add(row),
        "asin": lambda: u.asin(),
        "minimum": lambda: x.minimum(y),
        "atanh": lambda: u.atanh(),
        "fmod": lambda: x.fmod(q),
        "maximum": lambda: x.maximum(y),
        "exp": lambda: x.exp(),
        "remainder": lambda: x.remainder(q),
        "sub": lambda: x.sub(y),
        "digamma": lambda: p.digamma(),
        "addcmul": lambda: x.addcmul(y, z, value=0.5),
        "div": lambda: x.div(q),
        "acos": lambda: u.acos(),
        "hardtanh": lambda: F.hardtanh(x),
        "atan2": lambda: x.atan2(y),
        "log1p": lambda: p.log1p(),
        "relu6": lambda: F.relu6(x),
        "clamp": lambda: x.clamp(-0.5, 0.5),
        "hardswish": lambda: F.hardswish(x),
        "hardsigmoid": lambda: F.hardsigmoid(x),
        "hypot": lambda: x.hypot(y),
        "floor": lambda: x.floor(),
        "ceil": lambda: x.ceil(),
        "exp2": lambda: x.exp2(),
        "sign": lambda: x.sign(),
        "gelu": lambda: F.gelu(x),
        "lerp": lambda: x.lerp(y, 0.3),
        "tan": lambda: x.tan(),
        "lgamma": lambda: p.lgamma(),
        "lgamma signed": lambda: x.lgamma(),
        "digamma signed": lambda: x.digamma(),
        "frac": lambda: x.frac(),
        "erfinv": lambda: u.erfinv(),
        "int64 to float32": lambda: longs.float(),
        "bool to float32": lambda: m.float(),
        "float32 to bool": lambda: x.bool(),
        "float32 to float64": lambda: x.double(),
        "float32 to int64": lambda: x.long(),
        "float32 to bfloat16": lambda: x.bfloat16(),
        "float32 to float16": lambda: x.half(),
        "float32 to int32": lambda: x.int(),
        "float16 to float32": lambda: halves.float(),
        "bfloat16 to float32": lambda: brains.float(),
        "int32 to float32": lambda: ints.float(),
        "float64 to float32": lambda: doubles.float(),
        "abs, to uint8": lambda: x.abs().byte(),
        "any": lambda: m.any(),
        "all": lambda: m.all(),
        "var (last)": lambda: x.var(-1),
        "argmax": lambda: x.argmax(),
        "norm 1": lambda: x.norm(1),
        "std": lambda: x.std(),
        "var": lambda: x.var(),
        "var (first)": lambda: x.var(0),
        "max": lambda: x.max(),
        "argmax (last)": lambda: x.argmax(-1),
        "max (last)": lambda: x.max(-1),
        "sort (last)": lambda: x.sort(-1),
        "sort (all)": lambda: flat.sort(),
        "median (last)": lambda: x.median(-1),
        "mean": lambda: x.mean(),
        "mean (last)": lambda: x.mean(-1),
        "norm": lambda: x.norm(),
        "sum": lambda: x.sum(),
        "aminmax": lambda: x.aminmax(),
        "sum (last)": lambda: x.sum(-1),
        "mean (first)": lambda: x.mean(0),
        "softmax (last)": lambda: x.softmax(-1),
        "sum (first)": lambda: x.sum(0),
        "amax (last)": lambda: x.amax(-1),
        "argmax (first)": lambda: x.argmax(0),
        "amax (first)": lambda: x.amax(0),
        "cumsum": lambda: flat.cumsum(0),
        "softmax (first)": lambda: x.softmax(0),
        "cumsum (last)": lambda: x.cumsum(-1),
        "logSumExp (last)": lambda: x.logsumexp(-1),
        "logSoftmax (first)": lambda: x.log_softmax(0),
        "max (first)": lambda: x.max(0),
        "logSoftmax (last)": lambda: x.log_softmax(-1),
        "kthvalue (last)": lambda: x.kthvalue((columns + 1) // 2, -1),
        "countNonzero": lambda: x.count_nonzero(),
        "cumsum (first)": lambda: x.cumsum(0),
        "cumprod (last)": lambda: x.cumprod(-1),
        "cumprod (first)": lambda: x.cumprod(0),
        "prod (last)": lambda: x.prod(-1),
        "topk (last)": lambda: x.topk(min(10, columns), -1),
        "prod": lambda: x.prod(),
        "topk (all)": lambda: flat.topk(10),
        "topk 300 (last)": lambda: x.topk(min(300, columns), -1),
        "topk 1000 (all)": lambda: flat.topk(min(1000, n)),
        "clone": lambda: x.clone(),
        "zeros": lambda: torch.zeros(rows, columns),
        "stack": lambda: torch.stack([x, y]),
        "roll": lambda: x.roll(3, 0),
        "roll flat": lambda: x.roll(3),
        "cat along 0": lambda: torch.cat([x, y], 0),
        "full": lambda: torch.full((rows, columns), 1.5),
        "cat along 1": lambda: torch.cat([x, y], 1),
        "flip": lambda: x.flip(0),
        "flip (last)": lambda: x.flip(1),
        "transposed: where": lambda: torch.where(m, t, y),
        "every second column: exp": lambda: s.exp(),
        "transposed: softmax": lambda: t.softmax(-1),
        "transposed: contiguous": lambda: t.contiguous(),
        "transposed: sum (last)": lambda: t.sum(-1),
        "transposed: exp": lambda: t.exp(),
        "transposed: sum": lambda: t.sum(),
        "every second column: add": lambda: s.add(s),
        "every second column: contiguous": lambda: s.contiguous(),
        "transposed: add": lambda: t.add(y),
        "every second column: gt": lambda: s.gt(s),
        "every second column: relu": lambda: s.relu(),
        "transposed: gt": lambda: t.gt(y),
        "every second column: sum": lambda: s.sum(),
        "transposed: relu": lambda: t.relu(),
    }


def microseconds(work, seconds):
    """The median of rounds of a fortieth of `seconds` each, after as much time to warm up."""
    calls, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        work()
        calls += 1
    each, rounds = max(1, calls // 40), []
    for _ in range(40):
        start = time.perf_counter()
        for _ in range(each):
            work()
        rounds.append((time.perf_counter() - start) * 1e6 / each)
    return sorted(rounds)[20]


def main():
    rows, columns, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    torch.manual_seed(1)
    for _ in range(5):  # the allocator keeps memory from here on
        torch.ones(8_000_000)
    table = ops(rows, columns)
    with torch.no_grad():
        for line in sys.stdin:
            print(microseconds(table[line.strip()], seconds), flush=True)


main()
