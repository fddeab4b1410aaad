"""Writes the golden values of framework-nn's normalization by channel with PyTorch.

Run from the repository's root, with the PyTorch that the result's first line names:

    python tools/golden/norms.py

It writes framework-nn/src/test/resources/golden/norms.bin.gz, for the table in NormContractTest.
"""

import pathlib

import torch
import torch.nn.functional as F

from records import F32, F64, Records, uniform

SEED = 20261122
OUT = pathlib.Path("framework-nn/src/test/resources/golden")
NAN, INF = float("nan"), float("inf")

torch.manual_seed(SEED)
torch.set_num_threads(1)

# (n, channels, ...); NormTest has sizes around those of heap blocks and chunks
SHAPES = [(2, 4), (7, 6), (257, 2), (2, 4, 3), (3, 2, 255), (5, 4, 1), (2, 4, 3, 5), (3, 8, 7, 3), (2, 2, 3, 2, 5)]
CHECK = [(3, 2), (2, 2, 3), (3, 4, 1, 2), (2, 2, 1, 2, 2)]
EMPTY = [(0, 4), (0, 4, 3), (2, 4, 0), (0, 2, 3, 3)]


def positions(shape):
    return torch.Size(shape[2:]).numel()


def cases():
    for shape in SHAPES:
        yield F32, f"f32 {list(shape)}", shape
    for shape in CHECK:
        yield F64, f"check {list(shape)}", shape
    for shape in EMPTY:
        yield F32, f"empty {list(shape)}", shape


def statistics(c, dtype):
    """A mean and a variance per channel."""
    return uniform((c,), dtype), uniform((c,), dtype, 0.5, 2.5)


def tracked(norm, x, mean, variance, **options):
    mean, variance = mean.clone(), variance.clone()
    return norm(x, mean, variance, **options), mean, variance


records = Records()
for d, at, shape in cases():
    c = shape[1]
    x, w, b, (mean, variance) = uniform(shape, d), uniform((c,), d), uniform((c,), d), statistics(c, d)
    records.record("batchNorm", at, lambda x, w, b: F.batch_norm(x, None, None, w, b, True), x, w, b)
    records.record("batchNorm.eval", at, lambda x, w, b, m, v: F.batch_norm(x, m.detach(), v.detach(), w, b), x, w, b, mean, variance)
    if torch.Size(shape).numel() < 100:
        records.record("batchNorm.plain", at, lambda x: F.batch_norm(x, None, None, None, None, True, eps=0.1), x)
        records.record("batchNorm.bias", at, lambda x, b: F.batch_norm(x, None, None, None, b, True), x, b)
        records.record("batchNorm.eval.plain", at, lambda x, m, v: F.batch_norm(x, m.detach(), v.detach(), eps=0.1), x, mean, variance)
    records.record("batchNorm.tracked", at, lambda x, m, v: tracked(F.batch_norm, x, m, v, training=True, momentum=0.3), x, mean, variance, grad=False)
    if c // 2 * positions(shape) > 1:  # PyTorch is inexact for groups of one element, and has NaN as gradients of weights without any
        records.record("groupNorm.2", at, lambda x, w, b: F.group_norm(x, 2, w, b), x, w, b)
    if torch.Size(shape).numel() < 100:
        records.record("groupNorm.1.plain", at, lambda x: F.group_norm(x, 1, eps=0.1), x)
    if positions(shape) != 1:
        records.record("instanceNorm", at, lambda x, w, b: F.instance_norm(x, None, None, w, b), x, w, b)
        records.record("instanceNorm.plain", at, lambda x: F.instance_norm(x, eps=0.1), x)
        if shape[0]:  # PyTorch's running statistics become NaN after an empty batch
            records.record("instanceNorm.tracked", at, lambda x, m, v: tracked(F.instance_norm, x, m, v, momentum=0.3), x, mean, variance, grad=False)
            records.record("instanceNorm.eval", at, lambda x, w, b, m, v: F.instance_norm(x, m.detach(), v.detach(), w, b, False), x, w, b, mean, variance)
    if len(shape) > 2 and torch.Size(shape).numel() < 200:
        for size in (1, 2, 3, 6):
            records.record(f"localResponseNorm.{size}", at, lambda x: F.local_response_norm(x, size, 0.5, 0.75, 2.0), x)
for d in (F32, F64):
    corner = torch.tensor([[1.0, 1.0, NAN, INF], [1.0, 2.0, 0.0, 1.0], [1.0, 4.0, 1.0, 2.0]], dtype=d)
    records.record("batchNorm.plain", f"corner {d}", lambda x: F.batch_norm(x, None, None, None, None, True, eps=0.1), corner)
    records.record("groupNorm.1.plain", f"corner {d}", lambda x: F.group_norm(x, 1, eps=0.1), corner)
    records.record("batchNorm.tracked", f"corner {d}", lambda x, m, v: tracked(F.batch_norm, x, m, v, training=True, momentum=1.0), corner,
                   *statistics(4, d), grad=False)
for d, at, shape in cases():  # a rectified normalization, alone and at the end of a residual block
    c = shape[1]
    x, r, w, b, (mean, variance) = uniform(shape, d), uniform(shape, d), uniform((c,), d), uniform((c,), d), statistics(c, d)
    records.record("batchNorm.relu", at, lambda x, w, b: F.batch_norm(x, None, None, w, b, True).relu(), x, w, b)
    records.record("batchNorm.relu.eval", at, lambda x, w, b, m, v: F.batch_norm(x, m.detach(), v.detach(), w, b).relu(), x, w, b, mean, variance)
    records.record("batchNorm.relu.sum", at, lambda x, w, b, r: (F.batch_norm(x, None, None, w, b, True) + r).relu(), x, w, b, r)
    records.record("batchNorm.relu.sum.eval", at, lambda x, w, b, r, m, v: (F.batch_norm(x, m.detach(), v.detach(), w, b) + r).relu(), x, w, b, r, mean, variance)
    if torch.Size(shape).numel() < 100:
        records.record("batchNorm.relu.plain", at, lambda x: F.batch_norm(x, None, None, None, None, True, eps=0.1).relu(), x * x.abs())  # none at its channel's mean
        records.record("batchNorm.relu.sum.plain", at, lambda x, r: (F.batch_norm(x, None, None, None, None, True, eps=0.1) + r).relu(), x, r)
    records.record("batchNorm.relu.tracked", at, lambda x, r, m, v: tracked(lambda *a, **o: (F.batch_norm(*a, **o) + r).relu(), x, m, v, training=True, momentum=0.3),
                   x, r, mean, variance, grad=False)
for d in (F32, F64):
    corner = torch.tensor([[1.0, 1.0, NAN, INF], [1.0, 2.0, 0.0, 1.0], [1.0, 4.0, 1.0, 2.0]], dtype=d)
    special = torch.tensor([[1.0, NAN, INF, -INF], [0.0, 1.0, -1.0, NAN], [-0.0, 2.0, 0.0, 1.0]], dtype=d)
    zero, one = torch.zeros(4, dtype=d), torch.ones(4, dtype=d)
    records.record("batchNorm.relu.plain", f"corner {d}", lambda x: F.batch_norm(x, None, None, None, None, True, eps=0.1).relu(), corner)
    records.record("batchNorm.relu.sum.plain", f"corner {d}", lambda x, r: (F.batch_norm(x, None, None, None, None, True, eps=0.1) + r).relu(), corner, special)
    records.record("batchNorm.relu.eval", f"corner {d}", lambda x, w, b, m, v: F.batch_norm(x, m.detach(), v.detach(), w, b).relu(), special, one, zero, zero, one)
    records.record("batchNorm.relu.sum.eval", f"corner {d}", lambda x, w, b, r, m, v: (F.batch_norm(x, m.detach(), v.detach(), w, b) + r).relu(),
                   corner, one, zero, special, zero, one)
records.write(OUT / "norms.bin.gz", f"torch {torch.__version__}, seed {SEED}; made by tools/golden/norms.py")
