"""Writes random expressions with PyTorch's values and gradients, for framework-core's ExpressionTest.

Run from the repository's root, with the PyTorch that the result's header names:

    python tools/golden/expressions.py [COUNT [SEED [FILE]]]

Without arguments it writes framework-core/src/test/resources/golden/expressions.bin.gz. With a larger COUNT and a FILE of your own,

    mvn -o -q -B -pl framework-core test -Dtest=ExpressionTest -Dcandela.expressions=FILE

runs those too. A record (see records.py) is named "type|program". The operands are variables 0, 1, …; each statement of the program, "name a,b p,q",
makes the next variable from variables a, b with the numbers p, q; OPS below and the test's class Expressions say what the names mean. The results are
the variables that no statement reads.

Left out, and counted on the standard error, is what could not be compared: an expression in which a value or gradient is not finite, or is large, or
changes by more than AMPLIFICATION times as much when each intermediate value is changed at random in its last digits (near a kink or a tie, and
where digits cancel). Ops that choose among equal elements get distinct ones. So ties and special values are not tested here; that is the business of the ops' own golden files.
"""

import collections
import pathlib
import random
import sys
import warnings

import torch

from records import F32, F64, I64, Records, uniform

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20261122
OUT = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else "framework-core/src/test/resources/golden/expressions.bin.gz")
STATEMENTS = 20
LARGEST = 200  # elements of an intermediate value
AMPLIFICATION = 300
CANCELLING = set("add sub rsub subScaled lerp addcmul diff sum sumAll sumDims mean meanAll matmul logSoftmax logSumExp".split())  # 0 may be a rounded one
SCARCE = "lt ge logicalAnd logicalOr logicalXor where maskedFill maskedSelect any all matmul matmulT matmulmT indexAdd scatterAdd".split()  # seldom apply
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)
warnings.simplefilter("ignore")  # mT of 0-d tensors

# name: (number of operands, what draws the numbers from the operands or None where the op does not apply, the op)
OPS = {}


def op(names, arity, draw, *functions):
    """Several names share arity and draw; without a function each name is PyTorch's own."""
    for i, name in enumerate(names.split()):
        OPS[name] = (arity, draw, functions[i] if functions else lambda t, p, f=getattr(torch, name): f(*t))


def floating(t):
    return [] if all(x.is_floating_point() for x in t) else None


def dim(t):
    """A dimension, counted from either end."""
    return [random.randrange(-t[0].dim(), t[0].dim())] if t[0].dim() else None


def filled(t):
    """A dimension that is not empty, of a tensor that is not empty."""
    return dim(t) if t[0].numel() and t[0].is_floating_point() else None


def kept(draw):
    def both(t):
        p = draw(t)
        return None if p is None else p + [random.randrange(2)]
    return both


def distinct(draw):
    """Not of equal elements: which of them an op takes is not defined, or depends on the last digit."""
    return lambda t: draw(t) if t[0].unique().numel() == t[0].numel() else None


def number(low, high):
    return lambda t: [round(random.uniform(low, high), 2)] if floating(t) is not None else None


def part(t):
    d = dim(t)
    if d is None:
        return None
    start = random.randint(0, t[0].size(d[0]))
    return d + [start, random.randint(0, t[0].size(d[0]) - start)]


def stepped(t):
    p = part(t)
    return None if p is None else [p[0], p[1], p[1] + p[2], random.randint(1, 3)]


def place(t):
    d = filled(t)
    return None if d is None else d + [random.randrange(-t[0].size(d[0]), t[0].size(d[0]))]


def two_dims(t):
    return dim(t) + dim(t) if t[0].dim() > 1 else None


def matrix(t):
    return [] if t[0].dim() > 1 else None


def diagonal(t):
    return [random.randint(-1, 1)] if t[0].dim() > 1 else None


def places(t):
    d = filled(t)
    return None if d is None else d + [random.randrange(t[0].size(d[0])) for _ in range(random.randint(0, 4))]


def order(t):
    return random.sample(range(t[0].dim()), t[0].dim())


def positions(p):
    return torch.tensor([int(x) for x in p], dtype=I64)


def condition(t):
    return [] if t[0].dtype == torch.bool and t[1].is_floating_point() else None


def masked(t):
    return [round(random.uniform(-2, 2), 2)] if t[0].is_floating_point() and t[1].dtype == torch.bool else None


def truth(t):
    return [] if all(x.dtype == torch.bool for x in t) else None


def changed(x, view):
    """A copy of x that was changed in place through a view."""
    copy = x.clone()
    view(copy)
    return copy


op("neg abs square sigmoid tanh sin cos exp expm1 atan sinh asinh erf relu floor ceil trunc round sign frac", 1, floating)
op("sqrt log rsqrt log1p reciprocal tan atanh lgamma", 1, floating, *[lambda t, p, f=f: f(t[0].square().add(0.5)) for f in (
    torch.sqrt, torch.log, torch.rsqrt, torch.log1p, torch.reciprocal)], lambda t, p: t[0].tanh().tan(), lambda t, p: t[0].tanh().mul(0.7).atanh(),
   lambda t, p: t[0].square().add(0.5).lgamma())
op("addNumber mulNumber rsub", 1, number(-2, 2), lambda t, p: t[0] + p[0], lambda t, p: t[0] * p[0], lambda t, p: p[0] - t[0])
op("clamp", 1, number(0.2, 1), lambda t, p: t[0].clamp(-p[0], p[0] * 1.5))
op("remainderNumber fmodNumber", 1, number(0.6, 1.4), lambda t, p: t[0].remainder(p[0]), lambda t, p: t[0].fmod(p[0]))
op("pow", 1, lambda t: [random.choice([2, 3])] if floating(t) is not None else None, lambda t, p: t[0] ** int(p[0]))
op("powNumber", 1, number(-1.5, 1.5), lambda t, p: t[0].square().add(0.5) ** p[0])
op("toFloat32 toFloat64", 1, lambda t: [], lambda t, p: t[0].to(F32), lambda t, p: t[0].to(F64))
op("toInt64", 1, lambda t: floating(t) if random.random() < 0.2 else None, lambda t, p: t[0].to(I64))

op("add sub mul maximum minimum atan2 hypot logaddexp copysign fmax fmin", 2, floating)
op("div remainder fmod xlogy", 2, floating, *[lambda t, p, f=f: f(t[0], t[1].square().add(0.5)) for f in (torch.div, torch.remainder, torch.fmod, torch.xlogy)])
op("addAny mulAny", 2, lambda t: [] if random.random() < 0.3 else None, lambda t, p: t[0] + t[1], lambda t, p: t[0] * t[1])
op("lerp subScaled", 2, number(0.1, 0.9), lambda t, p: torch.lerp(t[0], t[1], p[0]), lambda t, p: t[0].sub(t[1], alpha=p[0]))
op("addcmul addcdiv clampTensors", 3, floating, lambda t, p: torch.addcmul(*t, value=0.7), lambda t, p: torch.addcdiv(t[0], t[1], t[2].square().add(0.5)),
   lambda t, p: t[0].clamp(t[1], t[2]))
op("lt ge", 2, lambda t: floating(t) if random.random() < 0.1 else None)
op("isNan isFinite", 1, lambda t: floating(t) if random.random() < 0.1 else None, lambda t, p: t[0].isnan(), lambda t, p: t[0].isfinite())
op("logicalNot", 1, truth, lambda t, p: t[0].logical_not())
op("logicalAnd logicalOr logicalXor", 2, truth, lambda t, p: t[0] & t[1], lambda t, p: t[0] | t[1], lambda t, p: t[0] ^ t[1])
op("where", 3, condition, lambda t, p: torch.where(t[0], t[1], t[2]))
op("maskedFill", 2, masked, lambda t, p: t[0].masked_fill(t[1], p[0]))

op("sumAll meanAll", 1, floating, lambda t, p: t[0].sum(), lambda t, p: t[0].mean())
op("sum", 1, kept(dim), lambda t, p: t[0].sum(p[0], keepdim=bool(p[1])))
op("mean amax amin prod logSumExp norm", 1, kept(filled), lambda t, p: t[0].mean(p[0], bool(p[1])), lambda t, p: t[0].amax(p[0], bool(p[1])),
   lambda t, p: t[0].amin(p[0], bool(p[1])), lambda t, p: t[0].prod(p[0], bool(p[1])), lambda t, p: t[0].logsumexp(p[0], bool(p[1])),
   lambda t, p: t[0].norm(2, p[0], bool(p[1])))
op("max median argmax", 1, distinct(kept(filled)), lambda t, p: t[0].max(p[0], bool(p[1])).values, lambda t, p: t[0].median(p[0], bool(p[1])).values,
   lambda t, p: t[0].argmax(p[0], bool(p[1])))
op("var std", 1, kept(lambda t: (d := filled(t)) and (d if t[0].size(d[0]) > 1 else None)), lambda t, p: t[0].var(p[0], keepdim=bool(p[1])),
   lambda t, p: t[0].std(p[0], keepdim=bool(p[1])))
op("sumDims", 1, lambda t: (order(t)[:2] + [random.randrange(2)]) if t[0].dim() > 1 and t[0].is_floating_point() else None,
   lambda t, p: t[0].sum(p[:2], keepdim=bool(p[2])))
op("cumsum softmax logSoftmax", 1, filled, lambda t, p: t[0].cumsum(p[0]), lambda t, p: t[0].softmax(p[0]), lambda t, p: t[0].log_softmax(p[0]))
op("sort argsort cummax", 1, distinct(filled), lambda t, p: t[0].sort(p[0]).values, lambda t, p: t[0].argsort(p[0]), lambda t, p: t[0].cummax(p[0]).values)
op("cumprod", 1, filled, lambda t, p: t[0].cumprod(p[0]))
op("topk", 1, distinct(lambda t: (d := filled(t)) and d + [random.randint(1, t[0].size(d[0]))]), lambda t, p: t[0].topk(int(p[1]), p[0]).values)
op("any all", 1, lambda t: dim(t) if t[0].dtype == torch.bool else None, lambda t, p: t[0].any(p[0]), lambda t, p: t[0].all(p[0]))

op("transpose moveDim", 1, two_dims, lambda t, p: t[0].transpose(*p), lambda t, p: t[0].movedim(*p))
op("mT", 1, matrix, lambda t, p: t[0].mT)
op("permute", 1, lambda t: order(t) if t[0].dim() > 1 else None, lambda t, p: t[0].permute(p))
op("relayout", 1, two_dims, lambda t, p: t[0].transpose(*p).contiguous().transpose(*p))
op("reshape", 1, lambda t: random.choice([[-1], list(t[0].shape)[::-1], list(t[0].shape) + [1]]) if t[0].numel() else None, lambda t, p: t[0].reshape(p))
op("flatten", 1, lambda t: sorted(random.choices(range(t[0].dim()), k=2)) if t[0].dim() else None, lambda t, p: t[0].flatten(*p))
op("unsqueeze", 1, lambda t: [random.randint(-t[0].dim() - 1, t[0].dim())], lambda t, p: t[0].unsqueeze(p[0]))
op("squeeze", 1, dim, lambda t, p: t[0].squeeze(p[0]))
op("squeezeAll", 1, lambda t: [], lambda t, p: t[0].squeeze())
op("expandFront", 1, lambda t: [random.randint(1, 3)], lambda t, p: t[0].expand(p[0], *t[0].shape))
op("repeatFront", 1, lambda t: [random.randint(1, 2)], lambda t, p: t[0].repeat(p[0], *[1] * t[0].dim()))
op("narrow", 1, part, lambda t, p: t[0].narrow(*p))
op("slice", 1, stepped, lambda t, p: t[0].transpose(0, p[0])[p[1]:p[2]:p[3]].transpose(0, p[0]))
op("select unbind", 1, place, lambda t, p: t[0].select(*p), lambda t, p: t[0].unbind(p[0])[p[1]])
op("flip", 1, dim, lambda t, p: t[0].flip(p[0]))
op("roll", 1, lambda t: (d := dim(t)) and d + [random.randint(-3, 3)], lambda t, p: t[0].roll(p[1], p[0]))
op("chunkFirst", 1, filled, lambda t, p: t[0].chunk(2, p[0])[0])
op("repeatInterleave", 1, dim, lambda t, p: t[0].repeat_interleave(2, p[0]))
op("diagonal tril triu", 1, diagonal, lambda t, p: t[0].diagonal(p[0], -2, -1), lambda t, p: t[0].tril(p[0]), lambda t, p: t[0].triu(p[0]))
op("diagEmbed", 1, lambda t: [random.randint(-1, 1)] if 0 < t[0].dim() < 4 else None, lambda t, p: t[0].diag_embed(p[0]))
op("rot90", 1, lambda t: [random.randint(1, 3)] if t[0].dim() > 1 else None, lambda t, p: t[0].rot90(int(p[0]), (0, 1)))
op("unfold", 1, lambda t: (d := filled(t)) and (d + [2, 1] if t[0].size(d[0]) > 1 else None), lambda t, p: t[0].unfold(*p))
op("diff", 1, dim, lambda t, p: t[0].diff(dim=p[0]) if t[0].is_floating_point() else None)
op("cat stack", 2, dim, lambda t, p: torch.cat(t, p[0]), lambda t, p: torch.stack(t, p[0]))
op("catBroadcast", 2, dim, lambda t, p: torch.cat(torch.broadcast_tensors(*t), p[0]))

op("matmul matmulT matmulmT", 2, lambda t: floating(t) if t[0].dtype == t[1].dtype else None, lambda t, p: t[0] @ t[1], lambda t, p: t[0] @ t[1].mT, lambda t, p: t[0].mT @ t[1])
op("outer", 2, lambda t: floating(t) if t[0].dim() == t[1].dim() == 1 else None)

op("indexSelect", 1, places, lambda t, p: t[0].index_select(p[0], positions(p[1:])))
op("indexPick", 1, lambda t: places(t)[1:] or [0] if t[0].dim() and t[0].size(0) and t[0].size(0) == max(t[0].shape) and t[0].numel() else None,
   lambda t, p: t[0][None, positions(p).remainder(t[0].size(0)), ..., None])
op("gatherSorted", 1, distinct(filled), lambda t, p: t[0].gather(p[0], t[0].detach().argsort(p[0])))
op("takeAlongMax", 1, distinct(filled), lambda t, p: t[0].take_along_dim(t[0].detach().argmax(p[0], keepdim=True), p[0]))
op("maskedSelect", 2, lambda t: [] if t[0].is_floating_point() and t[1].dtype == torch.bool else None, lambda t, p: t[0].masked_select(t[1]))
op("indexAdd", 2, lambda t: [] if t[0].is_floating_point() and t[0].shape == t[1].shape and t[0].dtype == t[1].dtype and t[0].dim() and t[0].size(0) else None,
   lambda t, p: t[0].index_add(0, torch.arange(t[0].size(0)).flip(0), t[1], alpha=0.5))
op("scatterAdd", 2, lambda t: [] if t[0].is_floating_point() and t[0].shape == t[1].shape and t[0].dtype == t[1].dtype and t[0].dim() and t[0].numel() else None,
   lambda t, p: t[0].scatter_add(0, torch.zeros(t[0].shape, dtype=I64), t[1]))
op("partMul", 1, kept(place), lambda t, p: changed(t[0], lambda c: c.select(*p[:2]).mul_(0.5 + p[2])))
op("partCopy", 1, filled, lambda t, p: changed(t[0], lambda c: c.narrow(p[0], 0, 1).copy_(c.narrow(p[0], t[0].size(p[0]) - 1, 1).clone())))
op("addInPlace mulInPlace", 2, lambda t: [] if t[0].is_floating_point() and t[0].dtype == t[1].dtype else None, lambda t, p: changed(t[0], lambda c: c.add_(t[1])),
   lambda t, p: changed(t[0], lambda c: c.mul_(t[1])))


def draw_shapes():
    base = [random.choice([1, 2, 3, 3, 4, 5]) for _ in range(random.choice([0, 1, 2, 2, 3, 3, 4]))]
    while torch.Size(base).numel() > 60:
        base.pop()
    if base and random.random() < 0.06:
        base[random.randrange(len(base))] = 0
    for _ in range(random.randint(2, 4)):
        yield [1 if random.random() < 0.15 else n for n in base][random.choice([0, 0, 0, 1]) if len(base) else 0:]


def draw_program(leaves):
    """Statements that apply, chosen while they are run; unread variables are read first."""
    values, unread, statements = list(leaves), set(range(len(leaves))), []
    names = list(OPS) + SCARCE * 8
    while len(statements) < STATEMENTS:
        name = random.choice(names)
        arity, draw, function = OPS[name]
        pool = [i for i in range(len(values)) if values[i] is not None]
        chosen = [random.choice(sorted(unread)) if unread and random.random() < 0.8 else random.choice(pool) for _ in range(arity)]
        operands = [values[i] for i in chosen]
        try:
            numbers = draw(operands)
            result = None if numbers is None else function(operands, numbers)
        except (RuntimeError, IndexError, ValueError, TypeError):
            continue  # shapes or types do not fit
        if result is None or result.numel() > LARGEST or result.dim() > 6 or result.dtype not in (torch.bool, I64, F32, F64):
            continue
        if result.is_floating_point() and not (result.isfinite().all() and (result.numel() == 0 or result.abs().max() < 1e3)):
            continue
        statements.append((name, chosen, numbers))
        values.append(result.detach())
        unread -= set(chosen)
        unread.add(len(values) - 1)
    return statements, sorted(unread)


def evaluate(leaves, statements, results, noise=0.0):
    values = list(leaves)
    for name, chosen, numbers in statements:
        result = OPS[name][2]([values[i] for i in chosen], numbers)
        if noise and result.is_floating_point():
            change = noise * (2 * torch.rand(result.shape, dtype=F64) - 1)
            result = result * (1 + change).to(result.dtype)
            if name in CANCELLING:
                result = result + change.to(result.dtype)
        values.append(result)
    return [values[i] for i in results]


def values_and_gradients(leaves, statements, results, noise=0.0):
    leaves = [x.detach().clone().requires_grad_() for x in leaves]
    out = evaluate(leaves, statements, results, noise)
    paths = [(y, torch.linspace(-1, 1, y.numel(), dtype=F64).to(y.dtype).reshape(y.shape)) for y in out if y.requires_grad]
    gradients = torch.autograd.grad([y for y, _ in paths], leaves, [g for _, g in paths], allow_unused=True) if paths else []
    return [y.detach() for y in out] + [g for g in gradients if g is not None]


def problem(leaves, statements, results):
    """Why an expression cannot be compared; None if it can. Computed in float64 from the leaves, whatever their type."""
    noise = 1e-6
    exact = values_and_gradients([x.double() for x in leaves], statements, results)
    if sum(x.numel() for x in exact) > 150:
        return "too many elements"
    if any(x.is_floating_point() and x.numel() and not x.abs().max() < 1e3 for x in exact):
        return "large or not finite"
    if len(exact) == len(results):
        return "no gradient"
    for _ in range(3):
        for x, y in zip(exact, values_and_gradients([x.double() for x in leaves], statements, results, noise)):
            if x.shape != y.shape or x.numel() and not ((x.double() - y.double()).abs() <= AMPLIFICATION * noise * x.double().abs().clamp_min(1)).all():
                return "ill-conditioned"
    return None


def text(statements):
    return ";".join(" ".join([name, ",".join(map(str, chosen))] + ([",".join(str(x) for x in numbers)] if numbers else [])) for name, chosen, numbers in statements)


records = Records()
left_out = collections.Counter()
used = collections.Counter()
while len(records.names) < COUNT:
    dtype = F32 if len(records.names) % 2 else F64
    leaves = [uniform(tuple(s), dtype) for s in draw_shapes()]
    statements, results = draw_program(leaves)
    try:
        why = problem(leaves, statements, results)
        values_and_gradients(leaves, statements, results)
    except (RuntimeError, IndexError, ValueError):
        why = "refused by PyTorch on the way back, or with another type"
    if why:
        left_out[why] += 1
        continue
    used.update(name for name, _, _ in statements)
    records.record(str(dtype)[6:], text(statements), lambda *x: evaluate(x, statements, results), *leaves)
records.write(OUT, f"torch {torch.__version__}, seed {SEED}; made by tools/golden/expressions.py")
print(f"left out: {dict(left_out)}", file=sys.stderr)
print(f"never used: {[n for n in OPS if not used[n]]}; least used: {used.most_common()[-8:]}", file=sys.stderr)
