"""Writes the golden values of framework-nn's activations, layers and losses with PyTorch.

Run from the repository's root, with the PyTorch that the results' first lines name:

    python tools/golden/layers.py

It writes to framework-nn/src/test/resources/golden:

    activations.bin.gz     activations, for the table in ActivationContractTest
    comparisons.bin.gz     losses other than those over classes, and distances, for the table in ComparisonContractTest
    parameters.bin.gz      layers with parameters, as functions of them, for the table in ParameterLayerContractTest
    starts.txt             start values and masks from seeds, as in random.txt of nn.py
    forms.txt              printed forms and the keys of state dicts; each after a line "== name"
"""

import collections
import pathlib
import zlib

import torch
import torch.nn.functional as F
from torch import nn

from records import F32, F64, Records, uniform

SEED = 20250302
OUT = pathlib.Path("framework-nn/src/test/resources/golden")
HEADER = f"torch {torch.__version__}, seed {SEED}; made by tools/golden/layers.py"
NAN, INF = float("nan"), float("inf")

torch.manual_seed(SEED)
torch.set_num_threads(1)

# ---- activations ----

records = Records()
CORNERS = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 3.0, -3.0, 6.0, -6.0, 20.0, -20.0, 30.0, -30.0, 200.0, -200.0, 1e-30, -1e-30, NAN, INF, -INF]
ACTIVATIONS = {
    "relu6": F.relu6, "leakyRelu": F.leaky_relu, "leakyRelu.-0.5": lambda x: F.leaky_relu(x, -0.5), "rrelu": F.rrelu, "elu": F.elu,
    "elu.2": lambda x: F.elu(x, 2.0), "selu": F.selu, "celu": F.celu, "celu.2": lambda x: F.celu(x, 2.0), "celu.-2": lambda x: F.celu(x, -2.0),
    "gelu": F.gelu, "gelu.tanh": lambda x: F.gelu(x, approximate="tanh"), "silu": F.silu, "mish": F.mish, "hardswish": F.hardswish,
    "hardsigmoid": lambda x: F.hardsigmoid(x) if x.dtype == F32 else (x + 3).clamp(0, 6) / 6,  # in float64 PyTorch's gradient is rounded to float32
 "hardtanh": lambda x: F.hardtanh(x), "hardtanh.-3.0.5": lambda x: F.hardtanh(x, -3.0, 0.5), "hardshrink": F.hardshrink,
    "softshrink": F.softshrink, "softshrink.1": lambda x: F.softshrink(x, 1.0), "tanhshrink": F.tanhshrink, "softplus": F.softplus,
    "softplus.2.3": lambda x: F.softplus(x, 2.0, 3.0), "softsign": F.softsign, "logSigmoid": F.logsigmoid,
    "threshold": lambda x: F.threshold(x, 0.5, 20.0),
}
for name, fn in ACTIVATIONS.items():
    for d, tag in ((F32, "f32"), (F64, "check")):
        for shape in ((), (7,), (3, 5)) + (((257,),) if d == F32 else ()):
            text = " ".join(map(str, shape)) if len(shape) == 1 else str(list(shape))
            records.record(name, f"{tag} {text}", fn, uniform(shape, d, -8.0, 8.0) if len(shape) == 1 else uniform(shape, d))
        if name != "hardsigmoid" or d == F32:
            corners = CORNERS[:-2] if name == "gelu" else CORNERS  # PyTorch's vector kernel makes NaN of infinity, the other one does not
            records.record(name, f"corner {d}", fn, torch.tensor(corners, dtype=d))
    records.record(name, "empty", fn, torch.empty(0, 3))
for d, tag in ((F32, "f32"), (F64, "check")):
    for shape, n in (((), 1), ((3,), 1), ((4, 3), 3), ((4, 3), 1), ((2, 3, 2, 2), 3), ((2, 1, 3), 1)):
        records.record("prelu", f"{tag} {list(shape)} {n}", F.prelu, uniform(shape, d), uniform((n,), d))
    records.record("prelu", f"corner {d}", F.prelu, torch.tensor(CORNERS, dtype=d), torch.tensor([0.25], dtype=d))
    for shape in ((2, 4), (2, 6, 4), (4,)):
        records.record("glu", f"{tag} {list(shape)}", F.glu, uniform(shape, d))
        records.record("softmin", f"{tag} {list(shape)}", lambda x: F.softmin(x, -1), uniform(shape, d))
    records.record("glu.1", f"{tag} [2, 6, 3]", lambda x: F.glu(x, 1), uniform((2, 6, 3), d))
    for shape in ((2, 3, 2, 2), (3, 2, 2)):
        records.record("softmax2d", f"{tag} {list(shape)}", nn.Softmax2d(), uniform(shape, d))
    records.record("unflatten", f"{tag} [2, 6]", nn.Unflatten(1, (2, -1)), uniform((2, 6), d))
records.record("glu", f"corner {d}", F.glu, torch.tensor([1.0, INF, -INF, NAN, 0.0, INF, INF, -INF, 1.0, NAN]))
records.write(OUT / "activations.bin.gz", HEADER)

# ---- losses and distances ----

records = Records()
PLAIN = [(), (7,), (3, 5), (65,)]


def dtypes(shape):
    return ((F32, "f32"), (F64, "check")) if torch.Size(shape).numel() < 20 else ((F32, "f32"),)


def signs(shape, dtype):
    return (torch.randint(2, shape) * 2 - 1).to(dtype)


def probability(shape, dtype):
    return (torch.randint(15, shape) + 1).to(dtype) / 16


def apart(shape, dtype):
    """Numbers that differ from those of uniform by no multiple of 1/64: differences have kinks."""
    return uniform(shape, dtype) + 1 / 128


for reduction in ("none", "mean", "sum"):
    r = dict(reduction=reduction)
    for shape in PLAIN:
        for d, tag in dtypes(shape):
            at = f"{tag} {list(shape)}"
            x, y = uniform(shape, d), apart(shape, d)
            records.record(f"l1Loss.{reduction}", at, lambda x, y: F.l1_loss(x, y, **r), x, y)
            records.record(f"smoothL1Loss.{reduction}", at, lambda x, y: F.smooth_l1_loss(x, y, **r), x, y)
            records.record(f"smoothL1Loss.{reduction}.beta", at, lambda x, y: F.smooth_l1_loss(x, y, beta=0.3, **r), x, y)
            records.record(f"smoothL1Loss.{reduction}.beta0", at, lambda x, y: F.smooth_l1_loss(x, y, beta=0.0, **r), x, y)
            records.record(f"huberLoss.{reduction}", at, lambda x, y: F.huber_loss(x, y, **r), x, y)
            records.record(f"huberLoss.{reduction}.delta", at, lambda x, y: F.huber_loss(x, y, delta=0.7, **r), x, y)
            p, q, w = probability(shape, d), probability(shape, d), probability(shape[-1:], d)
            records.record(f"binaryCrossEntropy.{reduction}", at, lambda p, q: F.binary_cross_entropy(p, q, **r), p, q)
            records.record(f"binaryCrossEntropy.{reduction}.weight", at, lambda p, q, w: F.binary_cross_entropy(p, q, w.detach(), **r), p, q, w)
            records.record(f"binaryCrossEntropyWithLogits.{reduction}", at, lambda x, q: F.binary_cross_entropy_with_logits(x, q, **r), x, q)
            records.record(f"binaryCrossEntropyWithLogits.{reduction}.weights", at,
                           lambda x, q, w: F.binary_cross_entropy_with_logits(x, q, w.detach(), pos_weight=w.detach() * 3, **r), x, q, w)
            records.record(f"klDiv.{reduction}", at, lambda x, q: F.kl_div(x, q, **r), x, q)
            records.record(f"klDiv.{reduction}.log", at, lambda x, q: F.kl_div(x, q, log_target=True, **r), x, y)
            count = torch.randint(5, shape).to(d)
            records.record(f"poissonNllLoss.{reduction}", at, lambda x, c: F.poisson_nll_loss(x, c.detach(), **r), x, count)
            records.record(f"poissonNllLoss.{reduction}.full", at, lambda x, c: F.poisson_nll_loss(x, c.detach(), log_input=False, full=True, **r), p, count)
            records.record(f"softMarginLoss.{reduction}", at, lambda x, t: F.soft_margin_loss(x, t.detach(), **r), x, signs(shape, d))
            records.record(f"hingeEmbeddingLoss.{reduction}", at, lambda x, t: F.hinge_embedding_loss(x, t.detach(), **r), x, signs(shape, d))
            records.record(f"hingeEmbeddingLoss.{reduction}.margin", at, lambda x, t: F.hinge_embedding_loss(x, t.detach(), 0.3, **r), x, signs(shape, d))
            records.record(f"marginRankingLoss.{reduction}", at, lambda x, y, t: F.margin_ranking_loss(x, y, t.detach(), **r), x, y, signs(shape, d))
            records.record(f"marginRankingLoss.{reduction}.margin", at,
                           lambda x, y, t: F.margin_ranking_loss(x, y, t.detach(), 0.4, **r), x, y, signs(shape, d))
            if shape:
                t = torch.randint(2, shape).to(d)
                records.record(f"multilabelSoftMarginLoss.{reduction}", at, lambda x, t, w: F.multilabel_soft_margin_loss(x, t.detach(), w.detach(), **r),
                               x, t, w)
    for d, tag in ((F32, "f32"), (F64, "check")):
        edge = torch.tensor([0.0, 1.0, -1.0, 0.3, -0.3, 2.0, NAN, INF, -INF, INF, 1.0], dtype=d)
        zero = torch.tensor([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, INF, NAN], dtype=d)
        certain = torch.tensor([0.0, 1.0, 0.0, 1.0, 0.5], dtype=d)
        truth = torch.tensor([0.0, 0.0, 1.0, 1.0, 0.5], dtype=d)
        if reduction == "none":
            for name, fn in (("l1Loss", F.l1_loss), ("smoothL1Loss", F.smooth_l1_loss), ("huberLoss", F.huber_loss)):
                records.record(f"{name}.none", f"corner {d}", lambda x, y: fn(x, y, reduction="none"), edge, zero)
            records.record("smoothL1Loss.none.beta", f"corner {d}", lambda x, y: F.smooth_l1_loss(x, y, beta=0.3, **r), edge, zero)
            records.record("huberLoss.none.delta", f"corner {d}", lambda x, y: F.huber_loss(x, y, delta=0.7, **r), edge, zero)
            if d == F32:  # in float64 PyTorch limits divisors to 1e-12 rounded to float32
                records.record("binaryCrossEntropy.none", f"corner {d}", lambda p, q: F.binary_cross_entropy(p, q.detach(), **r), certain, truth)
            big = torch.tensor([0.0, 200.0, -200.0, 200.0, -200.0, NAN], dtype=d)
            half = torch.tensor([0.0, 0.0, 0.0, 1.0, 1.0, 0.0], dtype=d)
            records.record("binaryCrossEntropyWithLogits.none", f"corner {d}", lambda x, q: F.binary_cross_entropy_with_logits(x, q.detach(), **r), big, half)
            records.record("klDiv.none", f"corner {d}", lambda x, q: F.kl_div(x, q.detach(), **r), big, half)
            records.record("hingeEmbeddingLoss.none", f"corner {d}", lambda x, t: F.hinge_embedding_loss(x, t.detach(), **r),
                           torch.tensor([1.0, 1.0, 0.0, NAN, 2.0], dtype=d), torch.tensor([-1.0, 1.0, 0.0, -1.0, -1.0], dtype=d))
        for shape in ((3, 4), (2, 3, 5)):
            x, y = uniform(shape, d), apart(shape, d)
            records.record(f"gaussianNllLoss.{reduction}", f"{tag} {list(shape)}", lambda x, y, v: F.gaussian_nll_loss(x, y, v, **r), x, y, probability(shape, d))
            records.record(f"gaussianNllLoss.{reduction}.full", f"{tag} {list(shape)}", lambda x, y, v: F.gaussian_nll_loss(x, y, v, full=True, eps=0.01, **r), x, y,
                           probability(shape[:-1], d))
            records.record(f"gaussianNllLoss.{reduction}", f"{tag} rows {list(shape)}", lambda x, y, v: F.gaussian_nll_loss(x, y, v, **r), x, y,
                           probability(shape[:-1] + (1,), d))
        records.record(f"gaussianNllLoss.{reduction}", f"corner {d}", lambda x, y, v: F.gaussian_nll_loss(x, y.detach(), v, **r),
                       torch.tensor([1.0, 1.0, 2.0], dtype=d), torch.tensor([1.0, 1.5, 2.0], dtype=d), torch.tensor([0.0, 1e-8, 4.0], dtype=d))
        for shape in ((4,), (3, 4), (1, 2), (33, 10)):
            if torch.Size(shape).numel() > 100 and d == F64:
                continue
            x = uniform(shape, d) + torch.arange(torch.Size(shape).numel(), dtype=d).reshape(shape) / 1024
            k = torch.randint(shape[-1], shape[:-1])
            w = probability(shape[-1:], d)
            at = f"{tag} {list(shape)}"
            records.record(f"multiMarginLoss.{reduction}", at, lambda x, k: F.multi_margin_loss(x, k, **r), x, k)
            records.record(f"multiMarginLoss.{reduction}.p2.weight", at, lambda x, k, w: F.multi_margin_loss(x, k, p=2, margin=0.5, weight=w.detach(), **r), x, k, w)
            many = torch.stack([torch.randperm(shape[-1]) for _ in range(torch.Size(shape).numel() // shape[-1])]).reshape(shape).clone()
            many[..., shape[-1] // 2] = -1
            records.record(f"multilabelMarginLoss.{reduction}", at, lambda x, k: F.multilabel_margin_loss(x, k, **r), x, many)
        for shape in ((3, 4), (5,), (1, 1)):
            x, y, z = uniform(shape, d), apart(shape, d), uniform(shape, d) - 1 / 256
            at = f"{tag} {list(shape)}"
            t = signs(shape[:-1], d)
            records.record(f"cosineEmbeddingLoss.{reduction}", at, lambda x, y, t: F.cosine_embedding_loss(x, y, t.detach(), **r), x, y, t)
            records.record(f"cosineEmbeddingLoss.{reduction}.margin", at, lambda x, y, t: F.cosine_embedding_loss(x, y, t.detach(), -0.5, **r), x, y, t)
            records.record(f"tripletMarginLoss.{reduction}", at, lambda x, y, z: F.triplet_margin_loss(x, y, z, **r), x, y, z)
            records.record(f"tripletMarginLoss.{reduction}.swap", at, lambda x, y, z: F.triplet_margin_loss(x, y, z, margin=3.0, p=3.0, swap=True, **r), x, y, z)
            records.record(f"tripletMarginWithDistanceLoss.{reduction}", at, lambda x, y, z: F.triplet_margin_with_distance_loss(
                x, y, z, distance_function=lambda a, b: (a - b).square().sum(-1), margin=0.5, swap=True, **r), x, y, z)
        for n, time, classes, inputs, targets in ((3, 6, 4, (6, 5, 6), (2, 2, 3)), (1, 1, 2, (1,), (0,)), (2, 8, 3, (8, 7), (3, 3)), (2, 8, 3, (8, 2), (3, 3))):
            x = uniform((time, n, classes), d)
            k = torch.randint(1, classes, (n, max(targets)))
            lengths = torch.tensor(inputs), torch.tensor(targets)
            joined = torch.cat([k[i, :targets[i]] for i in range(n)])
            infinite = inputs[-1] < targets[-1]
            at = f"corner {d} {n}" if infinite else f"{tag} {n} {time}"
            for name, zero in (("", False), (".zeroInfinity", True)):
                if infinite and not zero:
                    continue  # PyTorch's gradients are NaN or not, depending on the way there
                records.record(f"ctcLoss.{reduction}{name}", at,
                               lambda x, k, a, b: F.ctc_loss(x.log_softmax(-1), k, a, b, zero_infinity=zero, **r), x, k, *lengths)
                if len(set(targets)) == 1:
                    records.record(f"ctcLoss.{reduction}{name}", at + " joined",
                                   lambda x, k, a, b: F.ctc_loss(x.log_softmax(-1), k, a, b, zero_infinity=zero, **r), x, joined, *lengths)
            records.record(f"ctcLoss.{reduction}.blank", at,
                           lambda x, k, a, b: F.ctc_loss(x.log_softmax(-1), k - 1, a, b, blank=classes - 1, zero_infinity=True, **r), x, k, *lengths)
        records.record(f"ctcLoss.{reduction}", f"{tag} single", lambda x, k, a, b: F.ctc_loss(x.log_softmax(-1), k, a, b, **r),
                       uniform((5, 3), d), torch.tensor([1, 1, 2]), torch.tensor(5), torch.tensor(3))
for d, tag in ((F32, "f32"), (F64, "check")):
    for shape in ((3, 4), (5,), (1, 3)):
        records.record("klDiv.batchmean", f"{tag} {list(shape)}", lambda x, q: F.kl_div(x, q, reduction="batchmean"), uniform(shape, d), probability(shape, d))
    for a, b in (((3, 4), (3, 4)), ((3, 1), (1, 4)), ((2, 3, 4), (3, 4))):
        records.record("cosineSimilarity", f"{tag} {list(a)} {list(b)}", F.cosine_similarity, uniform(a, d), uniform(b, d))
        for p in (0.5, 1.0, 2.0, 3.0, INF):
            records.record(f"pairwiseDistance.{p}", f"{tag} {list(a)} {list(b)}", lambda x, y: F.pairwise_distance(x, y, p), uniform(a, d), apart(b, d))
        records.record("pairwiseDistance.keep", f"{tag} {list(a)} {list(b)}", lambda x, y: F.pairwise_distance(x, y, keepdim=True), uniform(a, d), uniform(b, d))
    records.record("cosineSimilarity.0", f"{tag} [5]", lambda x, y: F.cosine_similarity(x, y, dim=0, eps=0.1), uniform((5,), d), uniform((5,), d))
    records.record("cosineSimilarity", f"corner {d}", F.cosine_similarity, torch.tensor([[0.0, 0.0], [1e-9, 0.0], [1.0, 0.0]], dtype=d),
                   torch.tensor([[1.0, 2.0], [1.0, 2.0], [0.0, 0.0]], dtype=d))
    for p in (1.0, 2.0, 3.0):
        records.record(f"pairwiseDistance.{p}.eps0", f"corner {d}", lambda x, y: F.pairwise_distance(x, y, p, eps=0.0),
                       torch.tensor([[0.0, 0.0], [1.0, 2.0], [1.0, 0.0]], dtype=d), torch.tensor([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]], dtype=d))
with torch.random.fork_rng():
    for d, tag in ((F32, "f32"), (F64, "check")):
        for p in (1.0, 2.0, 3.0):
            records.record(f"normalize.{p}", f"{tag} [2, 3, 4]", lambda x: F.normalize(x, p, dim=-1), uniform((2, 3, 4), d))
            records.record(f"pdist.{p}", f"{tag} [4, 3]", lambda x: F.pdist(x, p), apart((4, 3), d) * torch.tensor([[1.0], [2.0], [4.0], [8.0]], dtype=d))
            records.record(f"pdist.{p}", f"empty {d}", lambda x: F.pdist(x, p), uniform((1, 3), d))
        records.record("normalize.first", f"{tag} [5, 3]", lambda x: F.normalize(x, dim=0, eps=0.5), uniform((5, 3), d))
        records.record("normalize.first", f"corner {d}", lambda x: F.normalize(x, dim=0, eps=0.5), torch.tensor([[0.0, 0.125], [0.0, 0.25]], dtype=d))
    for r in ("none", "mean", "sum"):
        for d, tag in ((F32, "f32"), (F64, "check")):
            for n, size, classes, more in ((7, 5, 4, ()), (None, 5, 4, ()), (3, 4, 3, (2,)), (2, 3, 5, (2, 3))):
                rows = () if n is None else (n,)
                x, w, b = uniform((*rows, size), d), uniform((classes, *more, size), d), uniform((classes, *more), d)
                labels = torch.randint(0, classes, (*rows, *more))
                probability = torch.softmax(uniform((*rows, classes, *more), F64), 0 if n is None else 1).mul(64).round().div(64).to(d)
                at = f"{tag} {rows} {size} {classes} {more}"
                records.record(f"linearCrossEntropy.{r}", at, lambda x, w, k: F.linear_cross_entropy(x, w, k, reduction=r), x, w, labels)
                records.record(f"linearCrossEntropy.{r}.smooth", at, lambda x, w, k, b, c: F.linear_cross_entropy(
                    x, w, k, linear_bias=b, weight=c.detach(), reduction=r, ignore_index=1, label_smoothing=0.2), x, w, labels, b, uniform((classes,), d, 0.5, 2.0))
                records.record(f"linearCrossEntropy.{r}.probabilities", at, lambda x, w, p: F.linear_cross_entropy(x, w, p, reduction=r), x, w, probability)
        nothing = torch.full((3,), -100)
        records.record(f"linearCrossEntropy.{r}", "corner none counts", lambda x, w, k: F.linear_cross_entropy(x, w, k, reduction=r), uniform((3, 2)), uniform((4, 2)), nothing)
        records.record(f"linearCrossEntropy.{r}", "corner nan", lambda x, w, k: F.linear_cross_entropy(x, w, k, reduction=r),
                       torch.tensor([[1.0, NAN], [INF, 0.0], [1.0, 2.0]]), uniform((4, 2)), torch.tensor([0, 1, 2]))
records.write(OUT / "comparisons.bin.gz", HEADER)

# ---- layers with parameters ----

records = Records()
for d, tag in ((F32, "f32"), (F64, "check")):
    w = uniform((5, 3), d)
    for shape in ((4,), (2, 3), (), (0,), (2, 0)):
        k = torch.randint(5, shape)
        at = f"{'empty' if 0 in shape else tag} {d} {list(shape)}"
        records.record("embedding", at, F.embedding, k, w)
        if shape and 0 not in shape:
            k.view(-1)[0] = 2
            k.view(-1)[1] = 2
            records.record("embedding.padding", at, lambda k, w: F.embedding(k, w, padding_idx=-3), k, w)
            records.record("embedding.frequency", at, lambda k, w: F.embedding(k, w, padding_idx=4, scale_grad_by_freq=True), k, w)
    k = torch.tensor([2, 0, 2, 4, 1, 1, 3])
    offsets = torch.tensor([0, 3, 3, 6])
    p = uniform((7,), d)
    for mode in ("sum", "mean", "max"):
        records.record(f"embeddingBag.{mode}", f"{tag} offsets", lambda k, w, o: F.embedding_bag(k, w, o, mode=mode), k, w, offsets)
        records.record(f"embeddingBag.{mode}", f"{tag} empty bags", lambda k, w, o: F.embedding_bag(k, w, o, mode=mode), k[:0], w, offsets[:1])
        records.record(f"embeddingBag.{mode}.padding", f"{tag} offsets", lambda k, w, o: F.embedding_bag(k, w, o, mode=mode, padding_idx=2), k, w, offsets)
        records.record(f"embeddingBag.{mode}.last", f"{tag} offsets",
                       lambda k, w, o: F.embedding_bag(k, w, o, mode=mode, include_last_offset=True), k, w, torch.tensor([0, 3, 3, 7]))
        records.record(f"embeddingBag.{mode}.square", f"{tag} square", lambda k, w: F.embedding_bag(k, w, mode=mode), k[:6].view(2, 3), w)
    records.record("embeddingBag.weights", f"{tag} offsets", lambda k, w, o, p: F.embedding_bag(k, w, o, mode="sum", per_sample_weights=p), k, w, offsets, p)
    records.record("embeddingBag.weights.padding", f"{tag} offsets",
                   lambda k, w, o, p: F.embedding_bag(k, w, o, mode="sum", per_sample_weights=p, padding_idx=2), k, w, offsets, p)
    for shape, last in (((4, 5), 1), ((2, 3, 4), 2), ((3,), 1), ((2, 33), 1)):
        x = uniform(shape, d) * (torch.arange(torch.Size(shape).numel(), dtype=d).reshape(shape) / 16 + 1)
        ends = shape[-last:]
        at = f"{tag} {list(shape)} {last}"
        records.record(f"layerNorm.{last}", at, lambda x, w, b: F.layer_norm(x, ends, w, b), x, uniform(ends, d), uniform(ends, d))
        records.record(f"layerNorm.{last}.plain", at, lambda x: F.layer_norm(x, ends, eps=0.1), x)
        records.record(f"rmsNorm.{last}", at, lambda x, w: F.rms_norm(x, ends, w), x, uniform(ends, d))
        records.record(f"rmsNorm.{last}.plain", at, lambda x: F.rms_norm(x, ends, eps=0.1), x)
    for shape in ((4,), (), (2, 3)):
        records.record("bilinear", f"{tag} {list(shape)}", F.bilinear, uniform(shape + (3,), d), uniform(shape + (2,), d), uniform((5, 3, 2), d), uniform((5,), d))
        records.record("bilinear.plain", f"{tag} {list(shape)}", F.bilinear, uniform(shape + (3,), d), uniform(shape + (2,), d), uniform((5, 3, 2), d))
records.record("layerNorm.1.plain", "corner", lambda x: F.layer_norm(x, (3,), eps=0.1), torch.tensor([[1.0, 1.0, 1.0], [NAN, 0.0, 1.0], [1.0, 2.0, 4.0]]))
records.write(OUT / "parameters.bin.gz", HEADER)

# ---- start values and masks ----

lines = [f"# {HEADER}"]


def case(name, *tensors):
    """A CRC-32 of each result, and of the generator's state afterwards."""
    out = [f"{zlib.crc32(t.detach().contiguous().numpy().tobytes()):08x}" for t in tensors + (torch.get_rng_state(),)]
    lines.append(f"{name} : {' '.join(out)}")


def seeded(name, make):
    torch.manual_seed(SEED)
    made = make()
    case(name, *(made if isinstance(made, (tuple, list)) else [made]))


seeded("Embedding 7 5", lambda: [nn.Embedding(7, 5, padding_idx=3).weight])
seeded("EmbeddingBag 4 3", lambda: [nn.EmbeddingBag(4, 3).weight])
seeded("Bilinear 3 4 5", lambda: list(nn.Bilinear(3, 4, 5).parameters()))
for dtype, name in ((F32, "float32"), (F64, "float64")):
    for shape in ((5, 4), (40, 17)):
        at = f"{name} {' '.join(map(str, shape))}"
        seeded(f"trunc_normal_ {at}", lambda: nn.init.trunc_normal_(torch.empty(shape, dtype=dtype)))
        seeded(f"trunc_normal_far {at}", lambda: nn.init.trunc_normal_(torch.empty(shape, dtype=dtype), 0.5, 1.5, 1.5, 2.0))
        seeded(f"sparse_ {at}", lambda: nn.init.sparse_(torch.empty(shape, dtype=dtype), 0.3))
        seeded(f"eye_ {at}", lambda: nn.init.eye_(torch.empty(shape, dtype=dtype)))
    for shape in ((4, 3, 3), (2, 5, 2, 3), (4, 2, 1, 2, 3)):
        at = f"{name} {' '.join(map(str, shape))}"
        seeded(f"dirac_ {at}", lambda: [nn.init.dirac_(torch.empty(shape, dtype=dtype)), nn.init.dirac_(torch.empty(shape, dtype=dtype), 2)])
    x = torch.arange(1, 121).to(dtype)
    for layer, shape in (("AlphaDropout", (5, 24)), ("FeatureAlphaDropout", (5, 4, 6)), ("Dropout1d", (5, 4, 6)), ("Dropout1d", (20, 6)),
                         ("Dropout2d", (2, 5, 3, 4)), ("Dropout2d", (2, 15, 4)), ("Dropout3d", (2, 5, 3, 2, 2)), ("Dropout3d", (10, 3, 2, 2))):
        seeded(f"{layer} {name} {' '.join(map(str, shape))}", lambda: getattr(nn, layer)(0.3)(x.reshape(shape)))
    for layer, shape in (("Dropout", (2, 5, 3, 4)), ("AlphaDropout", (2, 5, 3, 4)), ("FeatureAlphaDropout", (5, 4, 3, 2)), ("Dropout2d", (2, 5, 3, 4)),
                         ("Dropout3d", (2, 5, 3, 2, 2))):
        last = x.reshape(shape).contiguous(memory_format=torch.channels_last if len(shape) == 4 else torch.channels_last_3d)
        seeded(f"{layer}.last {name} {' '.join(map(str, shape))}", lambda: getattr(nn, layer)(0.3)(last))
    seeded(f"rrelu {name}", lambda: F.rrelu(x - 60, training=True))
for shape in ((4, 4), (3, 5), (5, 3), (3, 2, 2)):
    torch.manual_seed(SEED)
    values = nn.init.orthogonal_(torch.empty(shape, dtype=F64), 1.5).flatten().tolist()
    lines.append(f"orthogonal {' '.join(map(str, shape))} : {' '.join(map(repr, values))}")
(OUT / "starts.txt").write_text("\n".join(lines) + "\n")

# ---- printed forms and keys ----

modules = {
    "Bilinear": nn.Bilinear(2, 3, 4), "Bilinear without bias": nn.Bilinear(2, 3, 4, bias=False), "Unflatten": nn.Unflatten(1, (2, -1)),
    "Embedding": nn.Embedding(3, 4), "Embedding with all": nn.Embedding(3, 4, padding_idx=-1, max_norm=1.5, norm_type=1.0, scale_grad_by_freq=True),
    "EmbeddingBag": nn.EmbeddingBag(3, 4),
    "EmbeddingBag with all": nn.EmbeddingBag(3, 4, padding_idx=0, max_norm=1.5, norm_type=1.0, scale_grad_by_freq=True, mode="sum", include_last_offset=True),
    "LayerNorm": nn.LayerNorm(3), "LayerNorm plain": nn.LayerNorm((2, 3), elementwise_affine=False), "LayerNorm without bias": nn.LayerNorm(3, bias=False),
    "RMSNorm": nn.RMSNorm(4), "RMSNorm plain": nn.RMSNorm((2, 3), eps=1e-6, elementwise_affine=False),
    "BatchNorm1d": nn.BatchNorm1d(3), "BatchNorm2d": nn.BatchNorm2d(3, eps=1e-3, momentum=None, affine=False), "BatchNorm3d": nn.BatchNorm3d(
        3, track_running_stats=False, bias=False),
    "InstanceNorm1d": nn.InstanceNorm1d(3), "InstanceNorm2d": nn.InstanceNorm2d(3, affine=True, track_running_stats=True),
    "InstanceNorm3d": nn.InstanceNorm3d(3, affine=True, bias=False), "GroupNorm": nn.GroupNorm(2, 4), "GroupNorm plain": nn.GroupNorm(1, 4, 1e-6, False),
    "GroupNorm without bias": nn.GroupNorm(2, 4, bias=False),
    "LocalResponseNorm": nn.LocalResponseNorm(2), "LocalResponseNorm with all": nn.LocalResponseNorm(5, 1e-3, 0.5, 2.0),
    "ParameterList": nn.ParameterList([torch.zeros(2, 3), torch.zeros((), dtype=F64)]), "ParameterList of one": nn.ParameterList([torch.zeros(2)]),
    "ParameterList empty": nn.ParameterList(),
    "ParameterDict": nn.ParameterDict(collections.OrderedDict(b=torch.zeros(2, 3), a=torch.zeros(1, dtype=F64))),
    "PReLU": nn.PReLU(), "PReLU 3": nn.PReLU(3), "ReLU6": nn.ReLU6(), "LeakyReLU": nn.LeakyReLU(), "RReLU": nn.RReLU(), "ELU": nn.ELU(), "SELU": nn.SELU(),
    "CELU": nn.CELU(2.0), "GELU": nn.GELU(), "GELU tanh": nn.GELU("tanh"), "SiLU": nn.SiLU(), "Mish": nn.Mish(), "Hardswish": nn.Hardswish(),
    "Hardsigmoid": nn.Hardsigmoid(), "Hardtanh": nn.Hardtanh(), "Hardshrink": nn.Hardshrink(), "Softshrink": nn.Softshrink(), "Softplus": nn.Softplus(),
    "Softsign": nn.Softsign(), "Softmin": nn.Softmin(1), "Softmax2d": nn.Softmax2d(), "LogSigmoid": nn.LogSigmoid(), "GLU": nn.GLU(),
    "Tanhshrink": nn.Tanhshrink(), "Threshold": nn.Threshold(0.5, 2.0), "CosineSimilarity": nn.CosineSimilarity(), "PairwiseDistance": nn.PairwiseDistance(),
    "AlphaDropout": nn.AlphaDropout(), "FeatureAlphaDropout": nn.FeatureAlphaDropout(0.2), "Dropout1d": nn.Dropout1d(), "Dropout2d": nn.Dropout2d(),
    "Dropout3d": nn.Dropout3d(), "BCELoss": nn.BCELoss(torch.ones(2)), "BCEWithLogitsLoss": nn.BCEWithLogitsLoss(torch.ones(2), pos_weight=torch.ones(2)),
    "MultiMarginLoss": nn.MultiMarginLoss(weight=torch.ones(2)), "MultiLabelSoftMarginLoss": nn.MultiLabelSoftMarginLoss(torch.ones(2)),
    "L1Loss": nn.L1Loss(), "SmoothL1Loss": nn.SmoothL1Loss(), "HuberLoss": nn.HuberLoss(), "KLDivLoss": nn.KLDivLoss(), "CTCLoss": nn.CTCLoss(),
    "PoissonNLLLoss": nn.PoissonNLLLoss(), "GaussianNLLLoss": nn.GaussianNLLLoss(), "TripletMarginLoss": nn.TripletMarginLoss(),
}
(OUT / "forms.txt").write_text(f"# {HEADER}\n" + "".join(
    f"== {name}\n{module}\n{' '.join(module.state_dict()) or 'no state'}\n" for name, module in modules.items()))
