"""Writes the golden values of FunctionContractTest: element by element functions, arithmetic and logic beyond those in ops.py.

Run from the repository's root, with the PyTorch that the result's header names:

    python tools/golden/functions.py

It writes functions.bin.gz to framework-core/src/test/resources/golden; cases.py explains the names of the records.
"""

import pathlib

import torch

from cases import B, Cases, DTYPES, F32, F64, I64, INF, NAN, numbers, uniform

SEED = 20261122
OUT = pathlib.Path("framework-core/src/test/resources/golden/functions.bin.gz")

torch.manual_seed(SEED)
torch.set_num_threads(1)
cases = Cases()
record, unary, binary = cases.record, cases.unary, cases.binary

# ---- functions ----

INNER = [0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 0.5, -0.5, 0.999, -0.999, 1.5, -1.5, 1e-30, -1e-30, 0.25, 1e-8]
GAMMA = [0.0, -0.0, INF, NAN, 1.0, -1.0, 2.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.0, -7.0, 1e-8, -1e-8, 1e10, 88.5, -103.25, 10.0, 9.999, 171.5]
TRIG = [0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 0.5, 1.5, -2.5, 3.0, 1e-30, 88.5, -103.5, 1000.25]
for name, domain in {"exp2": {}, "log2": {"low": 0.25, "high": 4}, "log10": {"low": 0.25, "high": 4}, "tan": {"low": -1.25, "high": 1.25, "corner": TRIG},
                     "asin": {"low": -0.75, "high": 0.75, "corner": INNER}, "acos": {"low": -0.75, "high": 0.75, "corner": INNER}, "atan": {},
                     "sinh": {}, "cosh": {}, "asinh": {}, "acosh": {"low": 1.25, "high": 4}, "atanh": {"low": -0.75, "high": 0.75, "corner": INNER},
                     "erf": {}, "erfc": {}, "erfinv": {"low": -0.75, "high": 0.75, "corner": INNER}, "lgamma": {"low": 0.5, "high": 6, "corner": GAMMA},
                     "sinc": {"corner": TRIG}, "frac": {}, "deg2rad": {}, "rad2deg": {}}.items():
    unary(name, getattr(torch, name), **domain)


class Digamma(torch.autograd.Function):
    """PyTorch's own trigamma function, the derivative, is off by 1e-9."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.digamma(x)

    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        slope = torch.special.zeta(torch.tensor(2.0, dtype=F64), x.double())
        return g * torch.where(torch.isinf(x), 0, slope).to(x.dtype)


unary("lgamma.negative", torch.lgamma, low=-3.875, high=-3.125, types=False, corner=False)
unary("digamma", Digamma.apply, low=0.5, high=6, corner=GAMMA)
unary("digamma.negative", Digamma.apply, low=-3.875, high=-3.125, types=False, corner=False)
unary("polygamma.1", lambda x: torch.special.zeta(torch.tensor(2.0, dtype=F64), x.double()).to(x.dtype), grad=False, low=0.5, high=6, types=False, corner=[1.0, 2.5, 88.5, NAN, 0.25, 30.0])
unary("polygamma.3", lambda x: torch.polygamma(3, x), low=0.5, high=6, types=False, corner=[1.0, 2.5, 88.5, NAN, 0.25, 30.0])
# PyTorch's float32 gradients have another sign at -0, and NaN for NaN beside eps, than its float64 ones.
unary("logit", torch.logit, low=0.125, high=0.875, corner=[x for x in INNER if str(x) != "-0.0"])
unary("logit.eps", lambda x: torch.logit(x, 0.25), low=-0.5, high=1.5, types=False, corner=[x for x in INNER if x == x])
unary("softplus", torch.nn.functional.softplus, low=-4, high=4, types=False)
unary("softplus.beta", lambda x: torch.nn.functional.softplus(x, 2.0, 3.0), low=-4, high=4, types=False)
unary("positive", torch.positive)
unary("nanToNum", torch.nan_to_num)
unary("nanToNum.given", lambda x: torch.nan_to_num(x, 1.5, 7.0, -8.0))
for name in ("isinf", "isposinf", "isneginf", "isfinite", "signbit"):
    unary({"isinf": "isInf", "isposinf": "isPosInf", "isneginf": "isNegInf", "isfinite": "isFinite"}.get(name, name), getattr(torch, name), grad=False)
for t in DTYPES[:4]:
    record("bitwiseNot", f"types {t}", torch.bitwise_not, numbers((7,), t))

# ---- with numbers ----

unary("fmod.number", lambda x: x.fmod(0.7))
unary("fmod.integer", lambda x: x.fmod(-3))
unary("floorDivide.number", lambda x: x.floor_divide(0.7), grad=False)
unary("floorDivide.integer", lambda x: x.floor_divide(3), grad=False)
unary("div.truncNumber", lambda x: x.div(0.7, rounding_mode="trunc"))
unary("div.floorNumber", lambda x: x.div(-2, rounding_mode="floor"))
unary("clampMin", lambda x: x.clamp_min(0.3))
unary("clampMax", lambda x: x.clamp_max(1))
unary("clamp.low", lambda x: x.clamp(min=-1), types=False)
unary("clamp.high", lambda x: x.clamp(max=0.7))
record("clampMin.integer", "types torch.int64", lambda x: x.clamp_min(3), torch.tensor([2, 3, 2 ** 53 + 1, -(2 ** 63), 2 ** 63 - 1]))
for name, short in (("bitwiseAnd", "bitwise_and"), ("bitwiseOr", "bitwise_or"), ("bitwiseXor", "bitwise_xor"), ("bitwiseLeftShift", "bitwise_left_shift"),
                    ("bitwiseRightShift", "bitwise_right_shift")):
    f = getattr(torch, short)
    for t in DTYPES[:4]:
        if "Shift" not in name or t != B:
            record(f"{name}.number", f"types {t}", lambda x, f=f: f(x, 5), numbers((7,), t))
    cases.integers(name, f, *((0, 70) if "Shift" in name else (-9, 10)))
cases.integers("gcd", torch.gcd, -30, 31)
cases.integers("lcm", torch.lcm, -30, 31)

# ---- two and three operands ----

OFF = {"low": 0.53, "high": 0.89, "left": (-2.0, 2.0)}
binary("remainder", torch.remainder, **OFF)
binary("fmod", torch.fmod, **OFF)
binary("floorDivide", torch.floor_divide, grad=False, **OFF)
binary("div.trunc", lambda a, b: torch.div(a, b, rounding_mode="trunc"), **OFF)
binary("div.floor", lambda a, b: torch.div(a, b, rounding_mode="floor"), **OFF)
binary("atan2", torch.atan2)
binary("hypot", torch.hypot)
binary("xlogy", torch.xlogy, low=0.25, high=3, left=(-2.0, 2.0))
binary("logaddexp", torch.logaddexp)
binary("logaddexp2", torch.logaddexp2)
binary("copysign", torch.copysign)
binary("heaviside", torch.heaviside, grad=False)
binary("fmax", torch.fmax)
binary("fmin", torch.fmin)
binary("ldexp", torch.ldexp)
binary("lerp.low", lambda a, b: torch.lerp(a, b, 0.3))
binary("lerp.high", lambda a, b: torch.lerp(a, b, 0.8))
binary("isClose", torch.isclose, grad=False)
binary("isClose.nan", lambda a, b: torch.isclose(a, b, 0.1, 0.2, True), grad=False)
binary("clamp.tensorLow", lambda x, a: x.clamp(min=a))
binary("clamp.tensorHigh", lambda x, a: x.clamp(max=a))
for name, fn, low in (("lerp.tensor", torch.lerp, -2.0), ("clamp.tensors", lambda x, a, b: x.clamp(a, b), -2.0), ("addcmul", lambda x, a, b: x.addcmul(a, b), -2.0),
                      ("addcmul.value", lambda x, a, b: x.addcmul(a, b, value=-0.7), -2.0), ("addcdiv", lambda x, a, b: x.addcdiv(a, b), 0.5),
                      ("addcdiv.value", lambda x, a, b: x.addcdiv(a, b, value=3), 0.5)):
    for s, t, u in (((7,), (7,), (7,)), ((257,), (257,), (257,)), ((3, 4), (3, 1), (1, 4)), ((2, 3), (), (3,)), ((), (), ()), ((0, 3), (1, 3), (3,))):
        for d, tag in ((F32, "f32"), (F64, "check")):
            if 0 in s:
                tag = f"empty {d}"
            if s != (257,) or d == F32:
                record(name, f"{tag} {list(s)} {list(t)} {list(u)}", fn, uniform(s, d), uniform(t, d), uniform(u, d, low, 2.0))
    for a in DTYPES:
        for b in DTYPES:
            record(name, f"types {a} {b}", fn, numbers((3,), a), numbers((3,), b), torch.tensor([1, 2, 3]).to(b), grad=False)
for t in (F32, F64):
    x = torch.tensor([1.0, 2.0, 3.0, NAN, 1.0, 1.0, INF, -INF], dtype=t)
    low = torch.tensor([1.0, 3.0, 1.0, 0.0, NAN, 0.0, 0.0, 0.0], dtype=t)
    high = torch.tensor([2.0, 1.0, 3.0, 1.0, 2.0, NAN, 1.0, 1.0], dtype=t)
    record("clamp.tensors", f"corner {t}", lambda x, a, b: x.clamp(a, b), x, low, high)

unary("floatPower.number", lambda x: torch.float_power(x, 3), types=True)
binary("floatPower", torch.float_power, low=0.25, high=3, left=(0.25, 2.0), corner=False)
for name, f in (("cumsum", torch.cumsum), ("cumprod", torch.cumprod), ("tril", torch.tril), ("triu", torch.triu)):
    for d, tag in ((F32, "f32"), (F64, "check"), (I64, "types")):
        record(f"{name}.1", f"{tag} {d}", lambda x, f=f: f(x, 1), numbers((3, 4), d))
for d, tag in ((F32, "f32"), (F64, "check"), (I64, "types")):
    record("maskedFill.3", f"{tag} {d}", lambda x, m: x.masked_fill(m, 3), numbers((3, 4), d), numbers((4,), B))
    record("renorm.in", f"{tag} {d}", lambda x: x.renorm(2, 0, 1.0), numbers((3, 4), d))
    for how in ("sum", "amax"):
        record(f"scatterReduce.{how}", f"{tag} {d}", lambda x, i, y, how=how: x.scatter_reduce(0, i, y, how), numbers((3, 4), d), torch.tensor([[0, 1, 2, 0], [1, 1, 0, 2]]), numbers((2, 4), d))

cases.write(OUT, f"torch {torch.__version__}, seed {SEED}; made by tools/golden/functions.py")
