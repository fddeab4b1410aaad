"""Writes the golden values of framework-nn's convolutions with PyTorch.

Run from the repository's root, with the PyTorch that the results' first lines name:

    python tools/golden/convolutions.py

It writes to framework-nn/src/test/resources/golden:

    convolutions.bin.gz       values and gradients, for the table in ConvolutionContractTest
    convolution-forms.txt     printed forms and the keys of state dicts; each after a line "== name"
    convolution-starts.txt    CRC-32 of start values, and of the generator's state after them
"""

import pathlib
import zlib

import torch
import torch.nn.functional as F
from torch import nn

from records import F32, F64, Records, uniform

SEED = 20250711
OUT = pathlib.Path("framework-nn/src/test/resources/golden")
HEADER = f"torch {torch.__version__}, seed {SEED}; made by tools/golden/convolutions.py"

torch.manual_seed(SEED)
torch.set_num_threads(1)

# Name, options, groups; sizes below. The names stand in the test's table.
OPTIONS = {
    "": {}, ".stride": {"stride": 2}, ".padding": {"padding": 1}, ".dilation": {"dilation": 2, "padding": 2}, ".groups": {"groups": 2},
    ".depthwise": {"groups": 4, "padding": 1}, ".all": {"stride": 2, "padding": 2, "dilation": 2, "groups": 2},
}
KERNELS = {1: (3,), 2: (3, 2), 3: (2, 3, 2)}
SIZES = {1: ((9,), (6,)), 2: ((7, 6), (5, 8)), 3: ((4, 5, 4), (3, 4, 5))}
CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}

records = Records()
for rank in (1, 2, 3):
    kernel = KERNELS[rank]
    for name, options in OPTIONS.items():
        groups = options.get("groups", 1)
        for d, tag in ((F32, "f32"), (F64, "check")):
            for size in SIZES[rank]:
                if tag == "check":
                    size = tuple(min(n, 5) for n in size)
                images = 2 if tag == "f32" or rank < 3 else 1
                x = uniform((images, 4) + size, d)
                w = uniform((4, 4 // groups) + kernel, d)
                b = uniform((4,), d)
                at = f"{tag} {d} {list(size)}"
                if f"conv{rank}d{name}|{at}" in records.names:
                    continue
                records.record(f"conv{rank}d{name}", at, lambda x, w, b: CONV[rank](x, w, b, **options), x, w, b)
                if tag == "f32":
                    records.record(f"conv{rank}d{name}", f"{at} last", lambda x, w, b: CONV[rank](x, w, b, **options),
                                   x.movedim(1, -1).contiguous().movedim(-1, 1), w, b)
                    records.record(f"conv{rank}d{name}", f"{at} single", lambda x, w: CONV[rank](x, w, **options), x[0], w)
                records.record(f"convTranspose{rank}d{name}", at, lambda x, w, b: TRANSPOSED[rank](x, w, b, **options), x, w, b)
        records.record(f"conv{rank}d{name}", "empty batch", lambda x, w, b: CONV[rank](x, w, b, **options), uniform((0, 4) + SIZES[rank][0]),
                       uniform((4, 4 // groups) + kernel), uniform((4,)))
        records.record(f"convTranspose{rank}d{name}", "empty batch", lambda x, w, b: TRANSPOSED[rank](x, w, b, **options), uniform((0, 4) + SIZES[rank][0]),
                       uniform((4, 4 // groups) + kernel), uniform((4,)))
    for d, tag in ((F32, "f32"), (F64, "check")):
        x, w = uniform((1, 2) + (5,) * rank, d), uniform((3, 2) + kernel, d)
        records.record(f"conv{rank}d.same", f"{tag} {d}", lambda x, w: CONV[rank](x, w, padding="same", dilation=2), x, w)
        records.record(f"conv{rank}d.valid", f"{tag} {d}", lambda x, w: CONV[rank](x, w, padding="valid"), x, w)
        x, w = uniform((1, 2) + (3,) * rank, d), uniform((2, 3) + kernel, d)
        records.record(f"convTranspose{rank}d.output", f"{tag} {d}", lambda x, w: TRANSPOSED[rank](x, w, stride=3, padding=1, output_padding=2), x, w)
for d, tag in ((F32, "f32"), (F64, "check")):
    x, w = uniform((2, 3, 6, 5), d), uniform((4, 3, 3, 2), d)
    records.record("conv2d.mixed", f"{tag} {d}", lambda x, w: F.conv2d(x, w, stride=(1, 2), padding=(2, 0), dilation=(2, 1)), x, w)
    for mode in ("reflect", "replicate", "circular"):
        layer = nn.Conv2d(3, 4, (3, 2), padding=(1, 1), padding_mode=mode, bias=False, dtype=d)
        records.record(f"conv2d.{mode}", f"{tag} {d}", lambda x, w: torch.func.functional_call(layer, {"weight": w}, (x,)), x, w)
NAN, INF = float("nan"), float("inf")
x = torch.ones(1, 1, 3, 5)
x[0, 0, 1, 1], x[0, 0, 1, 4] = NAN, INF
records.record("conv2d", "corner nan", lambda x, w, b: F.conv2d(x, w, b), x, torch.tensor([[[[1.0, -1.0], [0.0, 2.0]]]]), torch.tensor([0.5]))
for d in (F32,):  # larger than a vector, around oneDNN's blocks of 16 channels
    for channels, filters, size in ((3, 6, (12, 12)), (16, 17, (5, 7)), (1, 5, (9, 16)), (33, 8, (4, 10))):
        records.record("conv2d.padding", f"f32 {channels} {filters} {list(size)}", lambda x, w, b: F.conv2d(x, w, b, padding=1),
                       uniform((3, channels) + size), uniform((filters, channels, 3, 3)), uniform((filters,)))
records.write(OUT / "convolutions.bin.gz", HEADER)

modules = {
    "Conv1d": nn.Conv1d(3, 4, 5), "Conv2d": nn.Conv2d(3, 6, 5), "Conv3d": nn.Conv3d(1, 2, (1, 2, 3)), "Conv2d without bias": nn.Conv2d(3, 6, 3, bias=False),
    "Conv2d with all": nn.Conv2d(4, 6, (3, 5), stride=2, padding=(1, 2), dilation=(2, 1), groups=2, padding_mode="reflect"),
    "Conv2d same": nn.Conv2d(4, 6, 3, padding="same"), "Conv2d valid": nn.Conv2d(4, 6, 3, padding="valid"),
    "ConvTranspose1d": nn.ConvTranspose1d(3, 4, 5), "ConvTranspose2d": nn.ConvTranspose2d(4, 2, 3, stride=2, padding=1, output_padding=1, groups=2),
    "ConvTranspose3d": nn.ConvTranspose3d(1, 2, 3, dilation=2, bias=False),
}
(OUT / "convolution-forms.txt").write_text(f"# {HEADER}\n" + "".join(
    f"== {name}\n{module}\n{' '.join(module.state_dict()) or 'no state'}\n" for name, module in modules.items()))

lines = [f"# {HEADER}"]
for name, make in {
    "Conv1d": lambda d: nn.Conv1d(3, 4, 5, dtype=d), "Conv2d": lambda d: nn.Conv2d(3, 6, 5, dtype=d), "Conv2d groups": lambda d: nn.Conv2d(4, 6, (3, 2), groups=2, dtype=d),
    "Conv3d": lambda d: nn.Conv3d(2, 3, 3, bias=False, dtype=d), "ConvTranspose1d": lambda d: nn.ConvTranspose1d(3, 4, 5, dtype=d),
    "ConvTranspose2d": lambda d: nn.ConvTranspose2d(4, 6, 3, groups=2, dtype=d), "ConvTranspose3d": lambda d: nn.ConvTranspose3d(2, 3, 2, dtype=d),
}.items():
    for d, tag in ((F32, "float32"), (F64, "float64")):
        torch.manual_seed(SEED)
        tensors = [p.detach() for p in make(d).parameters()] + [torch.get_rng_state()]
        lines.append(f"{name} {tag} : " + " ".join(f"{zlib.crc32(t.contiguous().numpy().tobytes()):08x}" for t in tensors))
(OUT / "convolution-starts.txt").write_text("\n".join(lines) + "\n")
