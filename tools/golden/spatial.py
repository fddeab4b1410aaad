"""Writes the golden values of framework-nn's spatial layers other than convolutions with PyTorch.

Run from the repository's root, with the PyTorch that the results' first lines name:

    python tools/golden/spatial.py

It writes to framework-nn/src/test/resources/golden:

    pooling.bin.gz         poolings, for the table in PoolContractTest
    resampling.bin.gz      padding, resampling and rearranging, for the table in ResampleContractTest
    grids.bin.gz           sampling at the points of grids, for the table in GridContractTest
    fractional.bin.gz      results of fractional pooling from a seed, for FractionalPoolTest
    spatialforms.txt       printed forms; each after a line "== name"
"""

import pathlib

import torch
import torch.nn.functional as F
from torch import nn

from cases import distinct
from records import F32, F64, Records, uniform

SEED = 20250303
OUT = pathlib.Path("framework-nn/src/test/resources/golden")
HEADER = f"torch {torch.__version__}, seed {SEED}; made by tools/golden/spatial.py"
NAN, INF = float("nan"), float("inf")

torch.manual_seed(SEED)
torch.set_num_threads(1)

# ---- poolings ----

records = Records()


def ties(shape, dtype=F32):
    return torch.randint(3, shape).to(dtype) - 1


def special(shape):
    x = ties(shape)
    flat = x.view(-1)
    flat[::5] = NAN
    flat[1::7] = INF
    flat[2::3] = -INF
    return x


SHAPES = {1: [(2, 3, 9), (3, 8), (2, 2, 37)], 2: [(2, 3, 6, 7), (3, 7, 5), (1, 2, 11, 13)], 3: [(1, 2, 4, 5, 5), (2, 5, 4, 6)]}
EMPTY = {1: (0, 3, 9), 2: (0, 3, 6, 7), 3: (0, 2, 4, 5, 5)}
WINDOWS = {
    "2": dict(kernel_size=2),
    "3s2p1": dict(kernel_size=3, stride=2, padding=1),
    "3s1": dict(kernel_size=3, stride=1),
    "2ceil": dict(kernel_size=2, ceil_mode=True),
    "3s2p1ceil": dict(kernel_size=3, stride=2, padding=1, ceil_mode=True),
    "2s3": dict(kernel_size=2, stride=3),
}
UNEVEN = {
    1: dict(kernel_size=(4,), stride=(3,), padding=(2,)),
    2: dict(kernel_size=(2, 3), stride=(1, 2), padding=(0, 1)),
    3: dict(kernel_size=(2, 3, 1), stride=(1, 2, 2), padding=(1, 1, 0)),
}


def each(row, spatial, fn, grad=True):
    for shape in SHAPES[spatial]:
        for d, tag in ((F32, "f32"), (F64, "check")):
            if d == F32 or torch.Size(shape).numel() <= 240:
                records.record(row, f"{tag} {list(shape)}", fn, distinct(shape, d), grad=grad)
    records.record(row, f"empty {list(EMPTY[spatial])}", fn, torch.empty(EMPTY[spatial]), grad=grad)


for n in (1, 2, 3):
    maximum, average = getattr(F, f"max_pool{n}d"), getattr(F, f"avg_pool{n}d")
    for name, w in {**WINDOWS, "uneven": UNEVEN[n], "2d2": dict(kernel_size=2, dilation=2, stride=1), "3d2p1s2": dict(
            kernel_size=3, dilation=2, padding=1, stride=2, ceil_mode=True)}.items():
        if n == 3 and name == "3d2p1s2":
            continue  # larger than the inputs
        fn = lambda x: maximum(x, **w, return_indices=True)
        each(f"maxPool{n}d.{name}", n, fn)
        for shape in SHAPES[n][:2]:
            records.record(f"maxPool{n}d.{name}", f"ties {list(shape)}", fn, ties(shape))
            records.record(f"maxPool{n}d.{name}", f"corner {list(shape)}", fn, special(shape))
        records.record(f"maxPool{n}d.{name}", "corner f64", fn, special(SHAPES[n][1]).to(F64))
    for name, w in {**WINDOWS, "uneven": UNEVEN[n]}.items():
        each(f"avgPool{n}d.{name}", n, lambda x: average(x, **w))
        each(f"avgPool{n}d.{name}.valid", n, lambda x: average(x, **w, count_include_pad=False))
        if n > 1:
            each(f"avgPool{n}d.{name}.divisor", n, lambda x: average(x, **w, divisor_override=-3))
    for size in ((1,), (3,), (5,), (0,), (None,)) + (((None, 2), (4, 1)) if n == 2 else ((2, None, 3),) if n == 3 else ()):
        if None in size and n == 1:
            continue  # PyTorch's functions of one dimension take no None
        name = "x".join("n" if s is None else str(s) for s in size)
        full = size * n if len(size) == 1 else size
        each(f"adaptiveAvgPool{n}d.{name}", n, lambda x: getattr(F, f"adaptive_avg_pool{n}d")(x, full if n > 1 else full[0]), grad=size != (0,))
        each(f"adaptiveMaxPool{n}d.{name}", n, lambda x: getattr(F, f"adaptive_max_pool{n}d")(x, full if n > 1 else full[0], return_indices=True), grad=size != (0,))
    for name, p, w in (("2", 2.0, (2,)), ("3s2ceil", 2.0, (3, 2, True)), ("p3", 3.0, (2, 1))):
        for shape in SHAPES[n]:
            for d, tag in ((F32, "f32"), (F64, "check")):
                if d == F32 or torch.Size(shape).numel() <= 240:
                    x = uniform(shape, d, 0.5, 2.5)
                    records.record(f"lpPool{n}d.{name}", f"{tag} {list(shape)}", lambda x: getattr(F, f"lp_pool{n}d")(x, p, *w), x)
    for shape, k, s, p, size in (((2, 3, 4, 6, 4), 2, None, 0, None), ((3, 4, 6, 4), 3, 2, 1, None), ((2, 2, 5, 7, 5), 2, 2, 0, "in")):
        shape = shape[:len(shape) - 3 + n]
        lead = len(shape) - n
        for d, tag in ((F32, "f32"), (F64, "check")):
            pooled, indices = maximum(distinct(shape, d), k, s, p, return_indices=True)
            name = f"maxUnpool{n}d.{k}.{'sized' if size or p else 'plain'}"
            records.record(name, f"{tag} {list(shape)}", lambda y, i: getattr(F, f"max_unpool{n}d")(
                y, i, k, s, p, list(shape[lead:]) if size or p else None), uniform(pooled.shape, d), indices)
    if n > 1:
        for shape in (SHAPES[2][:2] if n == 2 else [(1, 2, 5, 5, 6), (2, 5, 7, 6)]):
            batch = shape[0] if len(shape) == n + 2 else 1
            for d, tag in ((F32, "f32"), (F64, "check")):
                samples = torch.rand(batch, shape[-n - 1], n, dtype=d)
                records.record(f"fractionalMaxPool{n}d", f"{tag} {list(shape)}", lambda x, r: getattr(F, f"fractional_max_pool{n}d")(
                    x, 2, 3, _random_samples=r.detach(), return_indices=True), distinct(shape, d), samples)
records.write(OUT / "pooling.bin.gz", HEADER)

# ---- padding, resampling, rearranging ----

records = Records()


def both(row, shapes, fn):
    for shape in shapes:
        for d, tag in ((F32, "f32"), (F64, "check")):
            n = torch.Size(shape).numel()
            if d == F32 or 0 < n <= 130:
                records.record(row, f"{'empty' if n == 0 else tag} {list(shape)}", fn, uniform(shape, d))


PADDED = {1: [(2, 3, 5), (3, 4)], 2: [(2, 2, 5, 4), (2, 4, 6)], 3: [(1, 2, 3, 4, 5), (2, 4, 3, 4)]}
for n in (1, 2, 3):
    for name, width in (("1", (1,) * 2 * n), ("uneven", (2, 1, 0, 3, 1, 2)[:2 * n]), ("cut", (-1, 2, 2, -1, -1, -1)[:2 * n])):
        for mode in ("constant", "reflect", "replicate", "circular"):
            shapes = PADDED[n] + ([(0,) + PADDED[n][0][1:]] if name == "1" else [])
            if mode == "reflect" and name == "uneven":
                shapes = shapes[:1] if n < 3 else [(1, 2, 3, 4, 5)]
            if mode == "circular" and name == "uneven" and n > 1:
                shapes = shapes[:1]
            if mode == "circular" and name == "1":
                shapes = shapes[:-1]
            value = {"value": 2.5} if mode == "constant" else {}
            both(f"pad{n}d.{mode}.{name}", shapes, lambda x: F.pad(x, width, mode, **value))
for t in (torch.int64, torch.bool):
    records.record("pad1d.constant.1", f"types {t}", lambda x: F.pad(x, (1, 1), value=2.5), torch.randint(2, (2, 3)).to(t))
records.record("pad1d.replicate.1", "types int64", lambda x: x[..., [0, 0, 1, 2, 2]], torch.arange(6).view(2, 3))
both("pad.first", [(2, 1, 3)], lambda x: F.pad(x, (0, 0, 1, 0, 2, 1)))

IMAGES = {1: [(2, 2, 5), (1, 1, 1), (2, 1, 7)], 2: [(2, 2, 4, 5), (1, 2, 1, 7)], 3: [(1, 2, 2, 4, 3)]}
TO = {"7": dict(size=7), "3": dict(size=3), "x2": dict(scale_factor=2.0), "x1.7": dict(scale_factor=1.7), "x0.6": dict(scale_factor=0.6),
      "x1.7again": dict(scale_factor=1.7, recompute_scale_factor=True)}
for n in (1, 2, 3):
    smooth = {1: ["linear"], 2: ["bilinear", "bicubic"], 3: ["trilinear"]}[n]
    for mode in ["nearest", "nearest-exact", "area"] + smooth:
        for name, to in TO.items():
            shapes = [s for s in IMAGES[n] if name != "x0.6" or 1 not in s[2:]]
            both(f"interpolate{n}d.{mode}.{name}", shapes, lambda x: F.interpolate(x, mode=mode, **to))
            if mode in smooth:
                both(f"interpolate{n}d.{mode}.{name}.aligned", shapes, lambda x: F.interpolate(x, mode=mode, align_corners=True, **to))
both("interpolate2d.bilinear.sizes", [(2, 2, 4, 5), (0, 2, 4, 5)], lambda x: F.interpolate(x, size=(3, 9), mode="bilinear"))
both("interpolate2d.nearest.factors", [(2, 2, 4, 5)], lambda x: F.interpolate(x, scale_factor=(0.5, 3.3)))
both("upsamplingBilinear2d", [(2, 2, 4, 5)], nn.UpsamplingBilinear2d(scale_factor=2))
both("upsamplingNearest2d", [(2, 2, 4, 5)], nn.UpsamplingNearest2d(size=(3, 7)))
both("pixelShuffle", [(2, 8, 3, 2), (4, 2, 3), (2, 1, 4, 2, 2)], nn.PixelShuffle(2))
both("pixelUnshuffle", [(2, 2, 4, 6), (2, 4, 2), (2, 1, 2, 4, 2)], nn.PixelUnshuffle(2))
both("channelShuffle", [(2, 6, 2, 2), (1, 6, 3)], nn.ChannelShuffle(3))
for name, w in {"2": dict(kernel_size=2), "uneven": dict(kernel_size=(2, 3), dilation=(2, 1), padding=(1, 2), stride=(2, 1))}.items():
    both(f"unfold.{name}", [(2, 2, 5, 4), (2, 4, 6)] + ([(0, 2, 5, 4)] if name == "2" else []), lambda x: F.unfold(x, **w))
    columns = F.unfold(torch.zeros(2, 2, 5, 4), **w).shape
    both(f"fold.{name}", [tuple(columns), tuple(columns[1:])], lambda x: F.fold(x, (5, 4), **w))
records.write(OUT / "resampling.bin.gz", HEADER)

# ---- fractional pooling from a seed ----

records = Records()
for layer, name, shape in ((nn.FractionalMaxPool2d(2, output_size=(3, 4), return_indices=True), "size2d", (2, 3, 9, 8)),
                           (nn.FractionalMaxPool2d((3, 2), output_ratio=(0.5, 0.7), return_indices=True), "ratio2d", (2, 2, 13, 17)),
                           (nn.FractionalMaxPool2d(2, output_size=3, return_indices=True), "single2d", (3, 9, 8)),
                           (nn.FractionalMaxPool3d(2, output_size=(3, 4, 2), return_indices=True), "size3d", (2, 3, 9, 8, 7))):
    for d in (F32, F64):
        x = distinct(shape, d)
        torch.manual_seed(SEED)
        records.record(name, str(d), layer, x)
records.write(OUT / "fractional.bin.gz", HEADER)

# ---- grids ----

records = Records()
for d, tag in ((F32, "f32"), (F64, "check")):
    for shape, out in (((2, 2, 4, 5), (3, 4)), ((1, 2, 3, 4, 2), (2, 3, 2)), ((2, 3, 1, 3), (2, 2))):
        n = len(out)
        x, grid = uniform(shape, d), uniform((shape[0],) + out + (n,), d, -1.6, 1.6) + 1 / 97  # off the kinks
        for mode in ("bilinear", "nearest"):
            for padding in ("zeros", "border", "reflection"):
                for align in (False, True):
                    records.record(f"gridSample.{mode}.{padding}{'.aligned' if align else ''}", f"{tag} {list(shape)}", lambda x, g: F.grid_sample(
                        x, g, mode, padding, align), x, grid)
    for size in ((2, 3, 3, 4), (2, 1, 1, 2), (1, 2, 2, 3, 4)):
        n = len(size) - 2
        for align in (False, True):
            records.record(f"affineGrid.{'x'.join(map(str, size))}{'.aligned' if align else ''}", f"{tag}", lambda t: F.affine_grid(
                t, list(size), align_corners=align), uniform((size[0], n, n + 1), d))
records.write(OUT / "grids.bin.gz", HEADER)

# ---- printed forms ----

modules = {
    "MaxPool1d": nn.MaxPool1d(3), "MaxPool2d": nn.MaxPool2d(2), "MaxPool2d stride": nn.MaxPool2d(3, 2),
    "MaxPool2d with all": nn.MaxPool2d((2, 3), stride=(1, 2), padding=(0, 1), dilation=2, ceil_mode=True), "MaxPool3d": nn.MaxPool3d(2),
    "AvgPool1d": nn.AvgPool1d(2), "AvgPool2d": nn.AvgPool2d(2, count_include_pad=False), "AvgPool2d with all": nn.AvgPool2d(
        (2, 1), padding=(1, 0), divisor_override=3), "AvgPool3d": nn.AvgPool3d(2, 1),
    "AdaptiveAvgPool1d": nn.AdaptiveAvgPool1d(4), "AdaptiveAvgPool2d": nn.AdaptiveAvgPool2d(1), "AdaptiveAvgPool2d sizes": nn.AdaptiveAvgPool2d((None, 3)),
    "AdaptiveAvgPool3d": nn.AdaptiveAvgPool3d((1, 2, 3)), "AdaptiveMaxPool1d": nn.AdaptiveMaxPool1d(2), "AdaptiveMaxPool2d": nn.AdaptiveMaxPool2d((2, 3)),
    "AdaptiveMaxPool3d": nn.AdaptiveMaxPool3d((None, 1, None)), "LPPool1d": nn.LPPool1d(1.5, 2, ceil_mode=True), "LPPool2d": nn.LPPool2d(2, 3),
    "LPPool3d": nn.LPPool3d(2, (1, 2, 3), stride=2), "FractionalMaxPool2d": nn.FractionalMaxPool2d(2, output_size=3),
    "FractionalMaxPool3d": nn.FractionalMaxPool3d(2, output_ratio=0.5), "MaxUnpool1d": nn.MaxUnpool1d(2), "MaxUnpool2d": nn.MaxUnpool2d(2),
    "MaxUnpool3d": nn.MaxUnpool3d((1, 2, 2), padding=1),
    **{f"{kind}Pad{n}d": getattr(nn, f"{kind}Pad{n}d")(n) for kind in ("Zero", "Reflection", "Replication", "Circular") for n in (1, 2, 3)},
    "ReflectionPad2d sides": nn.ReflectionPad2d((1, 2, 3, 4)), "ConstantPad1d": nn.ConstantPad1d(2, 3.5), "ConstantPad2d": nn.ConstantPad2d((1, 2, 3, 4), 0.5),
    "ConstantPad3d": nn.ConstantPad3d(1, -1.0), "Upsample": nn.Upsample(scale_factor=2), "Upsample sizes": nn.Upsample(
        size=(2, 3), mode="bilinear", align_corners=True), "Upsample factors": nn.Upsample(scale_factor=(2, 1.5), mode="nearest-exact"),
    "UpsamplingNearest2d": nn.UpsamplingNearest2d(scale_factor=2), "UpsamplingBilinear2d": nn.UpsamplingBilinear2d(size=3),
    "PixelShuffle": nn.PixelShuffle(2), "PixelUnshuffle": nn.PixelUnshuffle(3), "ChannelShuffle": nn.ChannelShuffle(2), "Unfold": nn.Unfold(2),
    "Unfold with all": nn.Unfold((2, 3), dilation=2, padding=(0, 1), stride=2), "Fold": nn.Fold((4, 5), 2),
}
(OUT / "spatialforms.txt").write_text(f"# {HEADER}\n" + "".join(f"== {name}\n{module}\n" for name, module in modules.items()))
