"""Writes the golden values of DTypesContractTest: int8, int16, float16 and bfloat16, and every pair of types.

Run from the repository's root, with the PyTorch that the result's header names:

    python tools/golden/dtypes.py

It writes dtypes.bin.gz to framework-core/src/test/resources/golden; cases.py explains the names of the records. Further tags:

    half …     the two half types
    integer …  the two new integer types

Gradients of float16 and bfloat16 are PyTorch's, which round after each step of a derivative. Operands have 96 elements, a multiple of every
vector width: at the end of a tensor that is none PyTorch rounds some functions once more.
"""

import itertools
import pathlib

import torch
import torch.nn.functional as F

from records import B, BF16, F16, F32, F64, I16, I32, I64, I8, Records, U8

SEED = 20261124
OUT = pathlib.Path("framework-core/src/test/resources/golden/dtypes.bin.gz")
TYPES = [B, U8, I32, I64, F32, F64, I8, I16, F16, BF16]
HALVES = [F16, BF16]
INTEGERS = [I8, I16]
INF, NAN = float("inf"), float("nan")
CORNERS = [0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.0, 6e-8, -6e-8, 2e-8, 6.1e-5, 1e-30, 65504.0, -65504.0, 65519.0, 65520.0,
           1e5, 3e38, 3.4e38, 1e-40, 88.5, -103.5, 11.1, -17.4, 1.00048828125, 1.0009765625, 1.00146484375, 1.00390625, 1.01171875, 255.9, 256.0, 300.0,
           -129.0, 32767.5, 32768.0, -32769.0, 65536.7, 2147483648.0, 3e9, -3e9, 4294967303.0, 9.3e18, 1e19, -1e19]
WHOLE = [0, 1, -1, 2, 127, 128, -128, -129, 255, 256, 32767, 32768, -32768, -32769, 65504, 65520, 65535, 65536, 2049, 2051, 16777217, 2147483647, 2147483648,
         -2147483649, 4294967303, 9007199254740993, 9223372036854775807, -9223372036854775808]

torch.manual_seed(SEED)
torch.set_num_threads(1)
records = Records()
record = records.record


def numbers(shape, dtype):
    """Few bits, of both signs and some sizes."""
    if dtype == B:
        return torch.randint(0, 2, shape).to(B)
    if not dtype.is_floating_point:
        return torch.randint(0 if dtype == U8 else -100, 101, shape).to(dtype)
    return (torch.randn(shape, dtype=F64) * 2.0).to(F16).to(BF16 if dtype == BF16 else F32).to(dtype)


def spread(shape, dtype, low=-2.0, high=2.0):
    return (torch.rand(shape, dtype=F64) * (high - low) + low).to(dtype)


def corners(dtype):
    return torch.tensor(CORNERS, dtype=F64).to(dtype) if dtype.is_floating_point else torch.tensor(WHOLE).to(dtype)


# ---- every pair of types ----

SHAPES = (((3,), (3,)), ((3,), ()), ((), (3,)), ((), ()))
for name, fn in {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum, "eq": torch.eq, "lt": torch.lt,
                 "atan2": torch.atan2}.items():
    for a, b in itertools.product(TYPES, TYPES):
        for s, t in SHAPES:
            record(name, f"types {a} {b} {list(s)} {list(t)}", fn, numbers(s, a), numbers(t, b), grad=False)
for a, b in itertools.product(TYPES, TYPES):
    record("cat", f"types {a} {b}", lambda x, y: torch.cat([x, y]), numbers((2,), a), numbers((3,), b), grad=False)
    record("where", f"types {a} {b}", lambda x, y: torch.where(torch.tensor([True, False, True]), x, y), numbers((3,), a), numbers((3,), b), grad=False)
    record("where", f"types {a} {b} 0-d", lambda x, y: torch.where(torch.tensor([True, False, True]), x, y), numbers((3,), a), numbers((), b), grad=False)
    record(f"to.{str(b)[6:]}", f"corner {a}", lambda x, b=b: x.to(b), corners(a), grad=False)
    if a.is_floating_point and b.is_floating_point:
        record(f"to.{str(b)[6:]}", f"half {a} gradient", lambda x, b=b: x.to(b), numbers((9,), a))
for name, fn in {"add.number": lambda x: x + 1.3, "add.integer": lambda x: x + 3, "add.large": lambda x: x + 300, "sub.number": lambda x: x - 0.7,
                 "rsub.number": lambda x: 1.7 - x, "mul.number": lambda x: x * 1.3, "mul.integer": lambda x: x * 3, "div.number": lambda x: x / 0.7,
                 "rdiv.number": lambda x: 1.7 / x, "pow.number": lambda x: x ** 2.5, "pow.integer": lambda x: x ** 3, "lt.number": lambda x: x < 0.7,
                 "remainder.number": lambda x: x % 0.7, "remainder.integer": lambda x: x % 3, "floorDivide.number": lambda x: torch.div(x, 0.7, rounding_mode="floor"),
                 "pow.-1": lambda x: x ** -1.0, "pow.-2": lambda x: x ** -2.0, "pow.-3": lambda x: x ** -3.0, "pow.0.5": lambda x: x ** 0.5,
                 "pow.-0.5": lambda x: x ** -0.5, "pow.3": lambda x: x ** 3.0, "pow.2": lambda x: x ** 2.0, "clamp.number": lambda x: x.clamp(-0.7, 1.3), "add.alpha": lambda x: torch.add(x, x, alpha=2)}.items():
    for t in TYPES:
        record(name, f"types {t}", fn, numbers((7,), t), grad=False)
    for t in HALVES:
        record(name, f"half {t} 96", fn, numbers((96,), t))

# ---- element by element ----

for name, fn in {"neg": torch.neg, "abs": torch.abs, "sign": torch.sign, "square": torch.square, "relu": torch.relu, "floor": torch.floor, "ceil": torch.ceil,
                 "round": torch.round, "trunc": torch.trunc, "exp": torch.exp, "log": torch.log, "log1p": torch.log1p, "expm1": torch.expm1, "sqrt": torch.sqrt,
                 "rsqrt": torch.rsqrt, "reciprocal": torch.reciprocal, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "sin": torch.sin, "cos": torch.cos,
                 "tan": torch.tan, "asin": torch.asin, "acos": torch.acos, "atan": torch.atan, "sinh": torch.sinh, "cosh": torch.cosh, "asinh": torch.asinh,
                 "acosh": torch.acosh, "atanh": torch.atanh, "exp2": torch.exp2, "log2": torch.log2, "log10": torch.log10, "logit": torch.logit,
                 "sinc": torch.sinc, "erf": torch.erf, "erfc": torch.erfc, "erfinv": torch.erfinv, "lgamma": torch.lgamma, "digamma": torch.digamma,
                 "softplus": F.softplus, "frac": torch.frac, "nanToNum": torch.nan_to_num, "isNan": torch.isnan, "isFinite": torch.isfinite,
                 "signbit": torch.signbit, "bitwiseNot": torch.bitwise_not}.items():
    for t in HALVES:
        low, high = (1.0, 4.0) if name == "acosh" else (0.05, 0.95) if name in ("log", "sqrt", "rsqrt", "log2", "log10", "lgamma", "digamma", "logit", "atanh") else \
            (-0.95, 0.95) if name in ("asin", "acos", "erfinv", "log1p") else (-3.0, 3.0)
        record(name, f"half {t} 96", fn, spread((96,), t, low, high))
        values = corners(t)
        if name == "sinc":
            values = values[values.isnan() | values.isinf() | (values.abs() < 1e6)]  # there PyTorch's product overflows
        record(name, f"corner {t}", fn, values, grad=False)
    for t in INTEGERS:
        record(name, f"integer {t}", fn, corners(t), grad=False)
two = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum, "minimum": torch.minimum, "pow": torch.pow,
       "remainder": torch.remainder, "fmod": torch.fmod, "atan2": torch.atan2, "hypot": torch.hypot, "xlogy": torch.xlogy, "logaddexp": torch.logaddexp,
       "copysign": torch.copysign, "heaviside": torch.heaviside, "fmax": torch.fmax, "floorDivide": lambda x, y: torch.div(x, y, rounding_mode="floor"),
       "bitwiseAnd": torch.bitwise_and, "bitwiseLeftShift": torch.bitwise_left_shift, "bitwiseRightShift": torch.bitwise_right_shift, "gcd": torch.gcd,
       "eq": torch.eq, "lt": torch.lt, "lerp.number": lambda x, y: torch.lerp(x, y, 0.3), "addAlpha": lambda x, y: torch.add(x, y, alpha=0.3),
       "addcmul": lambda x, y: torch.addcmul(x, x, y, value=0.3), "addcdiv": lambda x, y: torch.addcdiv(x, x, y, value=0.3)}
for name, fn in two.items():
    if not name.startswith("bitwise") and name != "gcd":
        for t in HALVES:
            record(name, f"half {t} [96] [96]", fn, spread((96,), t, 0.1 if name == "pow" else -2.0), spread((96,), t, 0.1, 3.0),
                   grad=name != "heaviside")
            left, right = zip(*itertools.product(CORNERS[:23], CORNERS[:23]))
            record(name, f"corner {t}", fn, torch.tensor(left, dtype=F64).to(t), torch.tensor(right, dtype=F64).to(t), grad=False)
    for t in INTEGERS:
        if name not in ("lerp.number", "addAlpha"):
            record(name, f"integer {t}", fn, numbers((64,), t), (numbers((64,), t).abs() + 1) % 20 + 1, grad=False)

# ---- reductions and what lies along a dimension ----

for name, fn in {"sum": lambda x: x.sum(-1), "sum.all": lambda x: x.sum(), "mean": lambda x: x.mean(-1), "prod": lambda x: x[:, :5].prod(-1), "amax": lambda x: x.amax(-1),
                 "amin": lambda x: x.amin(0), "argmax": lambda x: x.argmax(-1), "var": lambda x: x.var(-1), "std": lambda x: x.std(-1), "norm": lambda x: x.norm(dim=-1),
                 "logSumExp": lambda x: x.logsumexp(-1), "cumsum": lambda x: x.cumsum(-1), "cumprod": lambda x: x[:, :5].cumprod(-1), "any": lambda x: x.any(-1),
                 "all": lambda x: x.all(-1), "median": lambda x: x.median(-1)[0], "sort": lambda x: torch.sort(x, dim=-1, stable=True),
                 "sort.descending": lambda x: torch.sort(x, dim=-1, stable=True, descending=True), "topk": lambda x: x.topk(3, -1)[0],
                 "softmax": lambda x: x.softmax(-1), "logSoftmax": lambda x: x.log_softmax(-1), "nonzero": lambda x: x.nonzero(),
                 "unique": lambda x: torch.unique(x)}.items():
    for t in HALVES + INTEGERS:
        x = numbers((5, 33), t) if t in HALVES else torch.randint(-100, 101, (5, 33)).to(t)
        record(name, ("half" if t in HALVES else "integer") + f" {t} 5x33", fn, x, grad=name not in ("unique", "topk"))  # among equal ones any may be taken
    for t in HALVES:
        if name in ("sum", "mean", "amax", "var", "std", "norm", "logSumExp", "cumsum", "softmax", "logSoftmax"):
            record(name, f"half {t} large 3x9", fn, spread((3, 9), t, -30000.0, 30000.0))
        record(name, f"empty {t}", fn, torch.zeros((0, 7), dtype=t), grad=False)

# ---- products and index operations ----

for t in HALVES:
    for m, k, n in ((1, 1, 1), (3, 5, 4), (17, 33, 9), (40, 64, 40)):
        record("matmul", f"half {t} {m}x{k}x{n}", torch.matmul, spread((m, k), t), spread((k, n), t))
        record("linear", f"half {t} {m}x{k}x{n}", F.linear, spread((m, k), t), spread((n, k), t), spread((n,), t))
    record("bmm", f"half {t}", torch.matmul, spread((3, 4, 5), t), spread((3, 5, 2), t))
    record("linear.plain", f"half {t}", F.linear, spread((6, 7), t), spread((5, 7), t))
index = torch.tensor([[0, 2, 1], [1, 1, 0]])
rows = torch.tensor([2, 0, 2, 1])
for t in HALVES + INTEGERS:
    tag = ("half" if t in HALVES else "integer") + f" {t}"
    record("gather", tag, lambda x: x.gather(1, index), numbers((2, 5), t))
    record("scatterAdd", tag, lambda x, y: x.scatter_add(1, index, y), numbers((2, 5), t), numbers((2, 3), t))
    record("indexSelect", tag, lambda x: x.index_select(0, rows), numbers((3, 4), t))
    record("indexAdd", tag, lambda x, y: x.index_add(0, rows, y), numbers((3, 4), t), numbers((4, 4), t))
    record("maskedFill", tag, lambda x: x.masked_fill(x > 0, 3), numbers((3, 4), t))
    record("maskedSelect", tag, lambda x: x[x > 0], numbers((3, 4), t))
    record("flip", tag, lambda x: x.flip(0), numbers((3, 4), t))
    record("tril", tag, lambda x: x.tril(), numbers((3, 4), t))
    record("clone", tag, lambda x: x.transpose(0, 1).clone(), numbers((3, 4), t))

# ---- tensors from rules ----

empty = torch.empty(0)
for t in TYPES[1:]:
    for name, args in {"arange": [(0, 5.5, 1.5), (1, 100, 30), (5, -3, -2), (0.1, 7, 0.3)], "linspace": [(0.5, 9.7, 7), (-1, 1, 5), (3, 3, 1), (0, 100, 33), (0.1, 7, 23)],
                       "logspace": [(0, 2, 5), (-1, 1, 9)]}.items():
        for a in args:
            if not (t == U8 and min(a[:2]) < 0) and not (name == "arange" and not t.is_floating_point and int(a[2]) == 0):
                record(f"{name} {' '.join(str(float(v)) for v in a)}", f"types {t}", lambda e, a=a, name=name, t=t: getattr(torch, name)(*a, dtype=t), empty.to(t), grad=False)

# ---- random numbers ----


def seeded(fn):
    def call(e):
        torch.manual_seed(7)
        return fn(e.dtype)
    return call


for n in (9, 16, 20, 40):
    for name, fn in {"rand": lambda t, n=n: torch.rand(n, dtype=t), "randn": lambda t, n=n: torch.randn(n, dtype=t),
                     "uniform": lambda t, n=n: torch.empty(n, dtype=t).uniform_(-2.3, 5.1), "normal": lambda t, n=n: torch.empty(n, dtype=t).normal_(0.3, 1.7),
                     "exponential": lambda t, n=n: torch.empty(n, dtype=t).exponential_(0.7), "logNormal": lambda t, n=n: torch.empty(n, dtype=t).log_normal_(0.1, 0.7),
                     "bernoulli": lambda t, n=n: torch.empty(n, dtype=t).bernoulli_(0.3), "bernoulli.tensor": lambda t, n=n: torch.bernoulli(torch.full((n,), 0.3, dtype=t)),
                     "normal.tensor": lambda t, n=n: torch.normal(torch.full((n,), 0.3, dtype=t), torch.full((n,), 1.7, dtype=t)),
                     "multinomial": lambda t, n=n: torch.multinomial(torch.tensor([0.1, 0.3, 0.5, 0.2, 0.7], dtype=t), n, replacement=True)}.items():
        for t in HALVES:
            record(f"random.{name} {n}", f"half {t}", seeded(fn), empty.to(t), grad=False)
for t in HALVES:
    # The upper bound, which is excluded, is among the numbers that would be rounded to.
    record("random.narrow 2000", f"half {t}", seeded(lambda t: torch.empty(2000, dtype=t).uniform_(0.1003, 0.1099)), empty.to(t), grad=False)

records.write(OUT, f"torch {torch.__version__}, seed {SEED}, tools/golden/dtypes.py")
