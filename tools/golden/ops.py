"""Writes the golden values of OpContractTest: what PyTorch computes, and the gradients, for every op.

Run from the repository's root, with the PyTorch that the result's header names:

    python tools/golden/ops.py

It writes ops.bin.gz, and printing.bin.gz for TensorPrinterTest, to framework-core/src/test/resources/golden. The class Golden of the tests
describes the format. A record is named "row|tag": the row is that of the table in OpContractTest, the tag says what is special about the
operands:

    f32 …      float32 of sizes that straddle vector widths
    check …    float64 away from kinks, for the comparison with central differences
    empty …    a dimension of size 0
    corner …   infinities, NaN, zeros of both signs, ties
    types …    every element type

Gradients are those for a result's gradient whose element i is ((5 i + 3 k) % 13 - 6) / 4, with k the number of the result.
"""

import gzip
import itertools
import pathlib
import struct
import sys

import torch
from records import B, F32, F64, I32, I64, U8, tensor, text, upstream

SEED = 20240607
OUT = pathlib.Path("framework-core/src/test/resources/golden/ops.bin.gz")
DTYPES = [B, U8, I32, I64, F32, F64]
INF, NAN = float("inf"), float("nan")
SPECIAL = [0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.0, 1e-30, -1e-30, 1e30, -1e30, 88.5, -103.5, 3e38, 1e-45]
PAIRED = [0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 0.5, -2.0, 3.0, 2.5]

torch.manual_seed(SEED)
torch.set_num_threads(1)
body = bytearray()
names = set()
written = 0


def record(row, tag, fn, *inputs, grad=True):
    global written
    name = f"{row}|{tag}"
    assert name not in names, name
    names.add(name)
    leaves = [x.detach().clone() for x in inputs]
    for x in leaves:
        x.requires_grad_(grad and x.is_floating_point())
    head = text(name)
    operands = bytes([len(leaves)]) + b"".join(tensor(x) for x in leaves)
    try:
        result = fn(*leaves)
    except (RuntimeError, IndexError, TypeError, ValueError, ZeroDivisionError, NotImplementedError) as e:
        if "implemented" in str(e) or not tag.startswith("types"):
            print(f"left out {name}: {e}".splitlines()[0], file=sys.stderr)
            return
        body.extend(head + b"\1" + operands)
        written += 1
        return
    results = list(result) if isinstance(result, (tuple, list)) else [result]
    gradients = [None] * len(leaves)
    paths = [(r, upstream(r, k)) for k, r in enumerate(results) if r.requires_grad]
    wanted = [i for i, x in enumerate(leaves) if x.requires_grad]
    if paths and wanted:
        found = torch.autograd.grad([p[0] for p in paths], [leaves[i] for i in wanted], [p[1] for p in paths], allow_unused=True)
        for i, g in zip(wanted, found):
            gradients[i] = g
    written += 1
    body.extend(head + b"\0" + operands + bytes([len(results)]) + b"".join(tensor(r) for r in results))
    body.append(len(gradients))
    for g in gradients:
        body.extend(b"\0" if g is None else b"\1" + tensor(g))


def uniform(shape, dtype=F32, low=-2.0, high=2.0):
    """Multiples of 1/64, which compress, none of them a multiple of 1/32, where the kinks are."""
    steps = int((high - low) * 32)
    return ((torch.randint(steps, shape).to(F64) * 2 + 1) / 64 + low).to(dtype)


def numbers(shape, dtype):
    if dtype.is_floating_point:
        return uniform(shape, dtype)
    low, high = {B: (0, 2), U8: (0, 256), I32: (-9, 10), I64: (-9, 10)}[dtype]
    return torch.randint(low, high, shape).to(dtype)


def special(dtype=F32):
    return torch.tensor(SPECIAL, dtype=F64).to(dtype)


def unary(row, fn, low=-2.0, high=2.0, types=True, grad=True, corner=True):
    for n in (1, 7, 8, 9, 255, 257):
        record(row, f"f32 {n}", fn, uniform((n,), F32, low, high), grad=grad)
    record(row, "check 3x5", fn, uniform((3, 5), F64, low, high), grad=grad)
    record(row, "check 0-d", fn, uniform((), F64, low, high), grad=grad)
    record(row, "empty 0x3", fn, uniform((0, 3), F32), grad=grad)
    if corner:
        record(row, "corner f32", fn, special(F32), grad=grad)
        record(row, "corner f64", fn, special(F64), grad=grad)
    if types:
        for t in DTYPES[:4]:
            record(row, f"types {t}", fn, numbers((6,), t))


def binary(row, fn, low=-2.0, high=2.0, left=None, grad=True, corner=True):
    def a(shape, dtype):
        return uniform(shape, dtype, *(left or (low, high)))

    def b(shape, dtype):
        return uniform(shape, dtype, low, high)

    for s, t in (((7,), (7,)), ((257,), (257,)), ((3, 1, 5), (4, 1)), ((), (3,)), ((9,), ()), ((2, 8), (8,)), ((5, 1), (5, 9))):
        record(row, f"f32 {list(s)} {list(t)}", fn, a(s, F32), b(t, F32), grad=grad)
    for s, t in (((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), ()), ((3,), ())):
        record(row, f"check {list(s)} {list(t)}", fn, a(s, F64), b(t, F64), grad=grad)
    record(row, "empty", fn, a((0, 3), F32), b((1, 3), F32), grad=grad)
    if corner:
        for t in (F32, F64):
            left_values, right_values = zip(*itertools.product(PAIRED, PAIRED))
            record(row, f"corner {t}", fn, torch.tensor(left_values, dtype=t), torch.tensor(right_values, dtype=t), grad=grad)
    for s, t in itertools.product(DTYPES, DTYPES):
        for shape_a, shape_b in (((3,), (3,)), ((3,), ()), ((), (3,)), ((), ())):
            record(row, f"types {s} {t} {list(shape_a)} {list(shape_b)}", fn, numbers(shape_a, s), numbers(shape_b, t), grad=False)


def shaped(row, fn, *shapes, low=-2.0, high=2.0, types=True, corner=None, grad=True, check=None):
    """An op on one tensor; shapes are tuples, of which those with at most 40 elements are checked in float64 too."""
    for s in shapes:
        n = torch.Size(s).numel()
        if n == 0:
            record(row, f"empty {list(s)}", fn, uniform(s, F32), grad=grad)
            continue
        record(row, f"f32 {list(s)}", fn, uniform(s, F32, low, high), grad=grad)
        if n <= 40:
            record(row, f"check {list(s)}", fn, distinct(s, F64) if check == "distinct" else uniform(s, F64, low, high), grad=grad)
    for i, c in enumerate(corner or []):
        for t in (F32, F64):
            record(row, f"corner {i} {t}", fn, torch.tensor(c, dtype=t), grad=grad)
    if types:
        big = max((s for s in shapes), key=lambda s: torch.Size(s).numel() if torch.Size(s).numel() <= 64 else 0)
        for t in DTYPES[:4]:
            record(row, f"types {t}", fn, numbers(big, t))


def distinct(shape, dtype=F32):
    n = torch.Size(shape).numel()
    return ((torch.randperm(n).to(F64) - n // 2) / 8 + 1 / 16).to(dtype).reshape(shape)


# ---- element by element, one operand ----

for name, domain in {"neg": {}, "abs": {}, "sign": {}, "square": {}, "relu": {}, "floor": {}, "ceil": {}, "round": {}, "trunc": {}, "exp": {},
                     "expm1": {}, "log": {"low": 0.25, "high": 4}, "log1p": {"low": -0.5, "high": 3}, "sqrt": {"low": 0.25, "high": 4},
                     "rsqrt": {"low": 0.25, "high": 4}, "reciprocal": {"low": 0.5, "high": 3}, "sigmoid": {"low": -6, "high": 6},
                     "tanh": {"low": -4, "high": 4}, "sin": {"low": -8, "high": 8}, "cos": {"low": -8, "high": 8}}.items():
    unary(name, getattr(torch, name), **domain)
unary("clamp", lambda x: x.clamp(-0.75, 1.25))
unary("clamp.reversed", lambda x: x.clamp(2, 1))
unary("clamp.integers", lambda x: x.clamp(0, 2), corner=False)
unary("logicalNot", torch.logical_not, grad=False)
unary("isNan", torch.isnan, grad=False)
for t in DTYPES:
    unary(f"to.{t}".replace("torch.", ""), lambda x, t=t: x.to(t), corner=t.is_floating_point or t == B)
unary("clone", lambda x: x.clone())
unary("zerosLike", torch.zeros_like)
unary("onesLike", torch.ones_like)

# ---- with numbers ----

for name, fn in {
    "add.number": lambda x: x + 1.3, "add.integer": lambda x: x + 3, "sub.number": lambda x: x - 0.7, "sub.integer": lambda x: x - 3,
    "rsub.number": lambda x: 1.5 - x, "mul.number": lambda x: x * -1.7, "mul.integer": lambda x: x * 3, "div.number": lambda x: x / 0.3,
    "remainder.number": lambda x: x.remainder(0.7), "remainder.negative": lambda x: x.remainder(-0.7),
    "remainder.integer": lambda x: x.remainder(3), "remainder.negativeInteger": lambda x: x.remainder(-3),
    "pow.0": lambda x: x.pow(0.0), "pow.1": lambda x: x.pow(1.0), "pow.2": lambda x: x.pow(2.0), "pow.3": lambda x: x.pow(3.0),
    "pow.integer2": lambda x: x.pow(2), "pow.integer3": lambda x: x.pow(3), "pow.negativeInteger": lambda x: x.pow(-1),
}.items():
    unary(name, fn)
unary("rdiv.number", lambda x: 2.5 / x, low=0.5, high=3)
unary("pow.half", lambda x: x.pow(0.5), low=0.25, high=4)
unary("pow.-1", lambda x: x.pow(-1.0), low=0.5, high=3)
unary("pow.-2", lambda x: x.pow(-2.0), low=0.5, high=3)
unary("pow.2.5", lambda x: x.pow(2.5), low=0.25, high=4)
for name in ("eq", "ne", "lt", "le", "gt", "ge"):
    unary(f"{name}.number", lambda x, f=getattr(torch, name): f(x, 0.5), grad=False)
    unary(f"{name}.integer", lambda x, f=getattr(torch, name): f(x, 1), grad=False)

# ---- element by element, two and three operands ----

binary("add", torch.add)
binary("add.alpha", lambda a, b: torch.add(a, b, alpha=3))
binary("add.fraction", lambda a, b: torch.add(a, b, alpha=-0.3))
binary("sub", torch.sub)
binary("mul", torch.mul)
binary("div", torch.div, low=0.5, high=3, left=(-2.0, 2.0))
binary("pow", lambda a, b: torch.pow(a, b), low=-2, high=2, left=(0.25, 3.0))
binary("maximum", torch.maximum)
binary("minimum", torch.minimum)
for name in ("eq", "ne", "lt", "le", "gt", "ge"):
    binary(name, getattr(torch, name), grad=False)
for name in ("logical_and", "logical_or", "logical_xor"):
    binary(name.replace("_a", "A").replace("_o", "O").replace("_x", "X"), getattr(torch, name), grad=False)


def ternary(row, fn, mask_last):
    for s, t, m in (((7,), (7,), (7,)), ((3, 1), (1, 4), (3, 4)), ((2, 3), (), (3,)), ((), (), ()), ((0, 3), (1, 3), (3,)), ((257,), (257,), (257,))):
        mask = torch.rand(m) < 0.5
        for d, tag in ((F32, "f32"), (F64, "check")):
            if 0 in s:
                tag = f"empty {d}"
            if s != (257,) or d == F32:
                record(row, f"{tag} {list(s)} {list(t)} {list(m)}", fn, mask, uniform(s, d), uniform(t, d))
    for a, b in itertools.product(DTYPES, DTYPES):
        for s, t in (((3,), (3,)), ((3,), ()), ((), (3,))):
            record(row, f"types {a} {b} {list(s)} {list(t)}", fn, torch.tensor([True, False, True]), numbers(s, a), numbers(t, b), grad=False)


ternary("where", lambda m, a, b: torch.where(m, a, b), False)
for d, tag in ((F32, "f32"), (F64, "check")):
    for s, m in (((7,), (7,)), ((3, 4), (4,)), ((4,), (3, 4)), ((), ()), ((3,), ())):
        record("maskedFill", f"{tag} {list(s)} {list(m)}", lambda x, k: x.masked_fill(k, -1.5), uniform(s, d), torch.rand(m) < 0.5)
record("maskedFill", "empty", lambda x, k: x.masked_fill(k, -1.5), uniform((0, 3)), torch.rand((3,)) < 0.5)
for t in DTYPES[1:4]:
    record("maskedFill.integer", f"types {t}", lambda x, k: x.masked_fill(k, 3), numbers((5,), t), torch.rand((5,)) < 0.5)

# ---- reductions ----

SHAPES = [(), (1,), (7,), (3, 5), (2, 3, 4), (9, 8), (257,), (0,), (0, 3)]
MATRICES = [(3, 5), (2, 3, 4), (1, 7), (9, 257), (0, 3), (3, 0)]
CUBES = [(2, 3, 4), (4, 1, 3), (3, 2, 9), (0, 2, 3)]
TIES = [[[1.0, 2.0, 2.0], [3.0, 3.0, 3.0], [-0.0, 0.0, -1.0]], [[NAN, 1.0, 2.0], [1.0, NAN, NAN], [3.0, 1.0, 2.0]], [[INF, -INF, 1.0], [-INF, -INF, -INF], [INF, INF, 0.0]]]
ZEROS = [[[1.0, 0.0, 2.0], [0.0, 0.0, 3.0], [1.0, 2.0, 3.0]], [[NAN, 0.0, 2.0], [INF, 0.0, 1.0], [-0.0, 1.0, 2.0]]]
for name in ("sum", "mean", "prod"):
    f = getattr(torch, name)
    # The gradient of a product of infinities depends on the order of the divisions: no two programs agree.
    corner = TIES[:2] + ZEROS[:1] if name == "prod" else TIES + ZEROS
    shaped(name, f, *SHAPES, corner=corner)
    shaped(f"{name}.last", lambda x, f=f: f(x, -1), *MATRICES, corner=corner)
    shaped(f"{name}.firstKept", lambda x, f=f: f(x, 0, keepdim=True), *MATRICES, (257, 9), (5,), corner=corner)
for name in ("sum", "mean"):
    f = getattr(torch, name)
    shaped(f"{name}.outer", lambda x, f=f: f(x, (0, 2)), *CUBES)
    shaped(f"{name}.innerKept", lambda x, f=f: f(x, (-1, 1), keepdim=True), *CUBES)
for name in ("max", "min"):
    f = getattr(torch, name)
    shaped(name, f, (), (1,), (7,), (3, 5), (2, 3, 4), (257,), corner=TIES, check="distinct")
    shaped(f"a{name}.last", lambda x, f=getattr(torch, "a" + name): f(x, -1), (3, 5), (2, 3, 4), (1, 7), (9, 257), (0, 3), corner=TIES, check="distinct")
    shaped(f"a{name}.outerKept", lambda x, f=getattr(torch, "a" + name): f(x, (0, 2), keepdim=True), (2, 3, 4), (3, 2, 9), check="distinct", types=False)
    shaped(f"{name}.dim", lambda x, f=f: tuple(f(x, 1)), (3, 5), (2, 3, 4), (1, 7), (9, 257), (0, 3), corner=TIES, check="distinct")
    shaped(f"{name}.dim0Kept", lambda x, f=f: tuple(f(x, 0, keepdim=True)), (), (3, 5), (2, 3, 4), (7,), corner=TIES, check="distinct")
    g = getattr(torch, "arg" + name)
    shaped(f"arg{name}", g, (), (1,), (7,), (3, 5), (257,), corner=TIES, grad=False, types=False)
    shaped(f"arg{name}.dim", lambda x, g=g: g(x, 1), (3, 5), (2, 3, 4), (9, 257), (0, 3), corner=TIES, grad=False, types=False)
    shaped(f"arg{name}.dim0Kept", lambda x, g=g: g(x, 0, keepdim=True), (), (3, 5), (2, 3, 4), corner=TIES, grad=False, types=False)
    for t in DTYPES[1:4]:
        record(f"arg{name}", f"types {t}", g, numbers((6,), t))
for name in ("all", "any"):
    f = getattr(torch, name)
    shaped(name, f, *SHAPES, corner=ZEROS + TIES, grad=False, types=False)
    shaped(f"{name}.dim1", lambda x, f=f: f(x, 1), *MATRICES, corner=ZEROS + TIES, grad=False, types=False)
    for t in (B, I32, I64):
        record(name, f"types {t}", f, numbers((6,), t))
for name in ("var", "std"):
    f = getattr(torch, name)
    shaped(name, f, (7,), (3, 5), (2, 3, 4), (257,), (1,), corner=TIES[1:])
    shaped(f"{name}.biasedLast", lambda x, f=f: f(x, -1, correction=0), (3, 5), (2, 3, 4), (9, 257))
    shaped(f"{name}.outerKept", lambda x, f=f: f(x, (0, 2), correction=2, keepdim=True), (2, 3, 4), (3, 2, 9), types=False)
    # In float64: in float32 PyTorch's own result is off by 3e-5 here.
    record(name, "f32 far from 0", lambda x, f=f: f(x.double()).float(), uniform((257,)) + 100000, grad=False)
shaped("norm", lambda x: torch.linalg.vector_norm(x), (), (1,), (7,), (3, 5), (257,), (0,), corner=TIES[1:] + [[0.0, 0.0], [3.0, 4.0]], types=False)
shaped("norm.lastKept", lambda x: torch.linalg.vector_norm(x, dim=-1, keepdim=True), (3, 5), (2, 3, 4), (9, 257), (0, 3), corner=ZEROS, types=False)
shaped("logSumExp.last", lambda x: torch.logsumexp(x, -1), (7,), (3, 5), (9, 257), (0, 3), (3, 0), corner=[TIES[0], TIES[1], [[1000.0, 999.0], [-1000.0, -1001.0]]])
record("logSumExp.last", "corner infinite", lambda x: torch.logsumexp(x, -1), torch.tensor([[INF, 1.0], [-INF, 1.0], [-INF, -INF], [INF, -INF]]), grad=False)
shaped("logSumExp.outerKept", lambda x: torch.logsumexp(x, (0, 2), keepdim=True), (2, 3, 4), (3, 2, 9))
shaped("cumsum.last", lambda x: x.cumsum(-1), (), (7,), (3, 5), (2, 3, 4), (9, 257), (0, 3), (3, 0), corner=TIES)
shaped("cumsum.first", lambda x: x.cumsum(0), (3, 5), (2, 3, 4))
for name in ("softmax", "log_softmax"):
    f = getattr(torch, name)
    row = "logSoftmax" if "_" in name else name
    shaped(f"{row}.last", lambda x, f=f: f(x, -1), (), (1,), (7,), (3, 5), (2, 3, 4), (9, 257), (5, 8), (0, 3), (3, 0), types=False,
           corner=[TIES[0], TIES[1], [[INF, 1.0], [-INF, 1.0], [-INF, -INF]], [[1000.0, 999.0], [-1000.0, 1000.0], [3e38, -3e38]]])
    shaped(f"{row}.first", lambda x, f=f: f(x, 0), (3, 5), (2, 3, 4), (257, 9), types=False)
    shaped(f"{row}.middle", lambda x, f=f: f(x, 1), (2, 3, 4), types=False)
shaped("sumTo", lambda x: x.sum_to_size(3, 1), (2, 3, 4), (2, 3, 1), (3, 5), types=False)

# ---- shapes ----

shaped("reshape", lambda x: x.reshape(4, -1), (2, 3, 4), (4, 5), (8,))
shaped("view", lambda x: x.view(4, -1), (2, 3, 4), (4, 5), (8,))
shaped("flatten", torch.flatten, (), (1,), (3, 5), (2, 3, 4), (0, 3))
shaped("flatten.part", lambda x: x.flatten(1, 2), (2, 3, 4), (2, 3, 2, 2), (2, 0, 3))
shaped("unflatten", lambda x: x.unflatten(1, (2, -1)), (3, 4), (2, 6, 3), (0, 4))
shaped("transpose", lambda x: x.transpose(0, -1), (), (7,), (3, 5), (2, 3, 4), (0, 3))
shaped("t", torch.t, (), (7,), (3, 5), (0, 3))
shaped("mT", lambda x: x.mT, (3, 5), (2, 3, 4), (0, 3))
shaped("permute", lambda x: x.permute(2, 0, 1), (2, 3, 4), (3, 1, 5), (0, 3, 2))
shaped("unsqueeze.0", lambda x: x.unsqueeze(0), (), (3, 5), (0, 3))
shaped("unsqueeze.last", lambda x: x.unsqueeze(-1), (), (3, 5), (0, 3))
shaped("squeeze", torch.squeeze, (), (1,), (1, 3, 1, 2), (3, 5), (1, 0))
shaped("squeeze.dim", lambda x: x.squeeze(1), (3, 1), (3, 5), (2, 1, 3))
shaped("expand", lambda x: x.expand(2, 3, 4), (3, 4), (3, 1), (1, 3, 1), (4,), (), (1,))
shaped("expand.keep", lambda x: x.expand(2, -1, 4), (1, 3, 1), (2, 5, 1), (3, 1))
shaped("narrow", lambda x: x.narrow(1, 1, 2), (2, 3), (3, 5), (2, 4, 3), (0, 3))
shaped("narrow.none", lambda x: x.narrow(0, 2, 0), (2, 3), (4,))
shaped("slice", lambda x: x[:, 1:-1], (2, 3), (3, 5), (2, 4, 3))
shaped("slice.step", lambda x: x[1:9:3], (7,), (10, 2), (1, 3))
shaped("select", lambda x: x.select(1, -2), (2, 3), (3, 5), (2, 4, 3))
shaped("get", lambda x: x[1], (3,), (2, 3), (2, 4, 3))
shaped("split", lambda x: x.split(2, 1), (2, 4), (3, 5), (2, 1, 3), (2, 0))
shaped("chunk", lambda x: x.chunk(3, -1), (7,), (2, 4), (3, 9), (2, 2), (2, 0))
shaped("unbind", lambda x: x.unbind(1), (2, 3), (2, 2, 3))
shaped("repeat", lambda x: x.repeat(2, 1, 3), (), (2,), (2, 3), (2, 3, 1), (0,))
shaped("flip", lambda x: x.flip(0, -1), (2, 3), (3, 5), (2, 3, 4), (0, 3))
shaped("contiguous", lambda x: x.contiguous(), (2, 3), ())
for s, t in (((2, 3), (2, 3)), ((1, 3), (4, 3)), ((2, 3), (0, 3))):
    for d, tag in ((F32, "f32"), (F64, "check")):
        if 0 not in t or d == F32:
            record("cat.0", f"{'empty' if 0 in t else tag} {list(s)} {list(t)}", lambda a, b: torch.cat((a, b), 0), uniform(s, d), uniform(t, d))
            record("cat.last", f"{'empty' if 0 in t else tag} {list(s)} {list(t)}", lambda a, b: torch.cat((a, b), -1), uniform(s[::-1], d), uniform(t[::-1], d))
            if s == t:
                record("stack.0", f"{tag} {list(s)}", lambda a, b: torch.stack((a, b), 0), uniform(s, d), uniform(s, d))
                record("stack.last", f"{tag} {list(s)}", lambda a, b: torch.stack((a, b), -1), uniform(s, d), uniform(s, d))
record("stack.0", "f32 0-d", lambda a, b: torch.stack((a, b), 0), uniform(()), uniform(()))
record("stack.last", "empty", lambda a, b: torch.stack((a, b), -1), uniform((0, 2)), uniform((0, 2)))
for s, t in itertools.product(DTYPES, DTYPES):
    record("cat.0", f"types {s} {t}", lambda a, b: torch.cat((a, b), 0), numbers((2,), s), numbers((2,), t), grad=False)

# ---- indices ----


def index(shape, size, dtype=I64):
    return torch.randint(size, shape).to(dtype)


for d, tag in ((F32, "f32"), (F64, "check")):
    for s, i in (((4, 3), (2, 3)), ((4, 3), (6, 2)), ((4, 3), (0, 3))):
        record("gather.0", f"{tag if 0 not in i else 'empty ' + tag} {list(s)} {list(i)}", lambda x, k: x.gather(0, k), uniform(s, d), index(i, 4))
    for s, i in (((3, 4), (3, 2)), ((2, 4, 3), (2, 5, 2)), ((9, 8), (9, 257))):
        if torch.Size(i).numel() < 100 or d == F32:
            record("gather.1", f"{tag} {list(s)} {list(i)}", lambda x, k: x.gather(1, k), uniform(s, d), index(i, 4))
            record("scatterAdd.1", f"{tag} {list(s)} {list(i)}", lambda x, k, v: x.scatter_add(1, k, v), uniform(s, d), index(i, 4), uniform(i, d))
    record("scatterAdd.1", f"empty {tag}", lambda x, k, v: x.scatter_add(1, k, v), uniform((3, 4), d), index((3, 0), 4), uniform((3, 0), d))
    for s, n in (((4, 3), 2), ((4, 3), 7), ((5,), 3), ((4, 2, 3), 3), ((4, 3), 0)):
        record("indexSelect.0", f"{tag if n else 'empty ' + tag} {list(s)} {n}", lambda x, k: x.index_select(0, k), uniform(s, d), index((n,), 4))
    for s, n in (((3, 4), 2), ((2, 4, 3), 5), ((9, 257), 9)):
        if n < 9 or d == F32:
            record("indexSelect.1", f"{tag} {list(s)} {n}", lambda x, k: x.index_select(1, k), uniform(s, d), index((n,), s[1], I32))
    for s, m in (((3, 5), (3, 5)), ((3, 5), (5,)), ((4,), (3, 4)), ((), ())):
        record("maskedSelect", f"{tag} {list(s)} {list(m)}", lambda x, k: x.masked_select(k), uniform(s, d), torch.rand(m) < 0.5)
    for s, n in (((3, 5), 5), ((4, 3), 3), ((1, 2), 2)):
        target, weight = index((s[0],), n), uniform((n,), d, 0.25, 2)
        for reduction in ("none", "mean", "sum"):
            row = f"nllLoss.{reduction}"
            record(row, f"{tag} {list(s)}", lambda x, k, r=reduction: torch.nn.functional.nll_loss(x, k, reduction=r), uniform(s, d), target)
            record(row + "Weighted", f"{tag} {list(s)}", lambda x, k, w, r=reduction: torch.nn.functional.nll_loss(
                x, k, w.detach(), reduction=r, ignore_index=1), uniform(s, d), target, weight)
for reduction in ("none", "mean", "sum"):
    record(f"nllLoss.{reduction}", "empty", lambda x, k, r=reduction: torch.nn.functional.nll_loss(x, k, reduction=r), uniform((0, 3)), index((0,), 3))
    record(f"nllLoss.{reduction}Weighted", "corner all ignored", lambda x, k, w, r=reduction: torch.nn.functional.nll_loss(
        x, k, w.detach(), reduction=r, ignore_index=1), uniform((3, 3)), torch.ones(3, dtype=I64), uniform((3,), F32, 0.25, 2))
for t in DTYPES[:4]:
    record("gather.0", f"types {t}", lambda x, k: x.gather(0, k), numbers((5,), t), index((3,), 5))
    record("indexSelect.0", f"types {t}", lambda x, k: x.index_select(0, k), numbers((5, 2), t), index((3,), 5))
    record("maskedSelect", f"types {t}", lambda x, k: x.masked_select(k), numbers((5,), t), torch.rand((5,)) < 0.5)
    record("scatterAdd.1", f"types {t}", lambda x, k, v: x.scatter_add(1, k, v), numbers((2, 3), t), index((2, 4), 3), numbers((2, 4), t))
    record("repeat", f"types small {t}", lambda x: x.repeat(2, 1, 3), numbers((2,), t))
shaped("nonzero", torch.nonzero, (), (7,), (3, 5), (2, 3, 4), (0, 3), corner=ZEROS, grad=False)
record("oneHot", "types int64", lambda k: torch.nn.functional.one_hot(k, 5), index((2, 3), 5))
record("oneHot", "empty", lambda k: torch.nn.functional.one_hot(k, 5), index((0,), 5))
for descending in (False, True):
    row = "sort.descending" if descending else "sort.ascending"

    def order(x, d=descending):
        return tuple(torch.sort(x, dim=-1, descending=d, stable=True))
    shaped(row, order, (), (1,), (7,), (3, 5), (9, 257), (0, 3), (3, 0), corner=TIES, check="distinct")
    shaped(row + "First", lambda x, d=descending: tuple(torch.sort(x, dim=0, descending=d, stable=True)), (3, 5), (2, 3, 4), corner=TIES, check="distinct")
    shaped("argsort.descending" if descending else "argsort.ascending", lambda x, d=descending: torch.argsort(x, dim=-1, descending=d, stable=True), (7,), (3, 5), corner=TIES, grad=False)
for s in ((), (7,), (3, 5), (2, 3, 40)):
    for largest in (True, False):
        for d, tag in ((F32, "f32"), (F64, "check")):
            k = min(3, s[-1] if s else 1)
            if not s:
                record(f"topk.{'largest' if largest else 'smallest'}0", f"{tag} 0-d", lambda x, b=largest: tuple(x.topk(1, -1, b)), distinct(s, d))
            elif torch.Size(s).numel() < 50 or d == F32:
                record(f"topk.{'largest' if largest else 'smallest'}3", f"{tag} {list(s)}", lambda x, b=largest: tuple(x.topk(3, -1, b)), distinct(s, d))

# ---- products ----

for s, t in (((3, 4), (4, 5)), ((1, 1), (1, 1)), ((7, 9), (9, 8)), ((4,), (4,)), ((4,), (4, 3)), ((3, 4), (4,)), ((2, 3, 4), (2, 4, 5)), ((2, 3, 4), (4, 5)),
             ((2, 3, 4), (1, 4, 5)), ((1, 3, 4), (2, 4, 2)), ((3, 4), (2, 4, 5)), ((4,), (2, 4, 3)), ((2, 3, 4), (4,)), ((2, 1, 3, 4), (3, 4, 2)),
             ((2, 2, 3, 4), (2, 1, 4, 2)), ((17, 33), (33, 16)), ((0, 3), (3, 4)), ((3, 0), (0, 4)), ((3, 4), (4, 0)), ((0, 3, 4), (0, 4, 2)), ((0,), (0,))):
    for d, tag in ((F32, "f32"), (F64, "check")):
        empty = 0 in s + t
        if torch.Size(s).numel() <= 100 and not empty or d == F32:
            record("matmul", f"{'empty' if empty else tag} {list(s)} {list(t)}", torch.matmul, uniform(s, d), uniform(t, d))
for d, tag in ((F32, "f32"), (F64, "check")):
    record("mm", tag, torch.mm, uniform((3, 4), d), uniform((4, 5), d))
    record("bmm", tag, torch.bmm, uniform((2, 3, 4), d), uniform((2, 4, 5), d))
    record("dot", tag, torch.dot, uniform((9,), d), uniform((9,), d))
    record("outer", tag, torch.outer, uniform((3,), d), uniform((4,), d))
    record("addmm", tag, torch.addmm, uniform((5,), d), uniform((3, 4), d), uniform((4, 5), d))
    for s in ((3, 4), (4,), (2, 3, 4), (0, 4), (17, 4)):
        if s[0] != 0 or d == F32:
            empty = "empty" if s[0] == 0 else tag
            record("linear", f"{empty} {list(s)}", torch.nn.functional.linear, uniform(s, d), uniform((5, 4), d), uniform((5,), d))
            record("linear.plain", f"{empty} {list(s)}", torch.nn.functional.linear, uniform(s, d), uniform((5, 4), d))


def save(path):
    global body, written
    path.parent.mkdir(parents=True, exist_ok=True)
    header = f"torch {torch.__version__}, seed {SEED}; made by tools/golden/ops.py"
    with open(path, "wb") as file, gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=9, mtime=0) as packed:
        packed.write(b"CANDELA1" + text(header) + struct.pack(">i", written) + bytes(body))
    print(f"{path.name}: {written} records, {path.stat().st_size} bytes")
    body, written = bytearray(), 0


save(OUT)

# ---- printed forms, as bytes ----


def printed(tag, t):
    record("print", tag, lambda x: torch.tensor(list(str(x).encode()), dtype=U8), t, grad=False)


printed("whole", torch.tensor([[1.0, -2.0], [3.0, 0.0]]))
printed("four decimals", torch.tensor([[1.5, -2.25], [100.125, 0.00015]]))
printed("rounding", torch.tensor([0.00005, 0.00015, 0.12345, 0.99995, 2.5, 1.00005], dtype=F64))
printed("scientific, large and small", torch.tensor([1e-5, 1.0, 12345.678, -1e10]))
printed("scientific, whole", torch.tensor([1.0, 5000.0]))
printed("scientific, beyond 1e8", torch.tensor([2e8, 3e8]))
printed("scientific, three digits of exponent", torch.tensor([1e-300, 1e300, 9.99995e99], dtype=F64))
printed("not finite", torch.tensor([NAN, INF, -INF, 1.0]))
printed("only not finite", torch.tensor([NAN, INF, -INF]))
printed("zeros of both signs", torch.tensor([0.0, -0.0]))
printed("small negative", torch.tensor([-0.00002, 0.5, -0.0]))
for t in DTYPES:
    printed(f"type {t}", numbers((2, 3), t))
    printed(f"0-d {t}", torch.tensor(1.5).to(t))
    printed(f"empty {t}", torch.empty((0,), dtype=t))
    printed(f"empty matrix {t}", torch.empty((2, 0, 3), dtype=t))
printed("0-d nan", torch.tensor(NAN))
printed("0-d scientific", torch.tensor(123456789.0))
printed("integers of unequal width", torch.tensor([[1, -20, 300], [4000, 5, -66666]]))
printed("wrapped lines", torch.arange(30.0) + 0.5)
printed("wrapped lines of a matrix", (torch.arange(60.0) / 7).reshape(2, 30))
printed("wrapped integers", torch.arange(100))
printed("wrapped bools", torch.arange(40) % 3 == 0)
printed("type after a full line", torch.arange(10, dtype=I32) + 1000000)
printed("type on a line of its own", torch.arange(12, dtype=F64) + 0.5)
printed("three dimensions", torch.arange(24.0).reshape(2, 3, 4))
printed("four dimensions", torch.arange(16.0).reshape(2, 2, 2, 2))
printed("shortened vector", torch.arange(1001))
printed("not shortened", torch.arange(1000).reshape(10, 100))
printed("shortened matrix", torch.arange(10000.0).reshape(100, 100))
printed("shortened in one dimension", torch.arange(2000.0).reshape(1000, 2))
printed("shortened, the middle does not count", torch.cat((torch.ones(500), torch.tensor([1e10, 0.5]), torch.ones(600))))
printed("shortened in three", torch.arange(4096.0).reshape(16, 16, 16) / 4)
save(OUT.with_name("printing.bin.gz"))
