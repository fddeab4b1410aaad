"""Writes fusion.txt, the golden values of framework-nn's FusionTest, with PyTorch.

Run from the repository's root, with the PyTorch that the result's first line names:

    python tools/golden/fusion.py

Each case folds a batch normalization into a convolution with fuse_conv_bn_eval. Its lines are tensors, their name, sizes, a colon and elements:

    == name
    before KEY   an entry of the state dict of the two layers, one after the other
    x            an input
    y            what the two layers make of it
    fused KEY    an entry of the state dict of the fused layer
"""

import pathlib

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

OUT = pathlib.Path("framework-nn/src/test/resources/golden/fusion.txt")
SEED = 20261122
torch.set_num_threads(1)

NORMS = {"1d": nn.BatchNorm1d, "2d": nn.BatchNorm2d, "3d": nn.BatchNorm3d}
SIZES = {"1d": (7,), "2d": (5, 4), "3d": (3, 4, 3)}
CASES = {
    "Conv1d": {}, "Conv2d": {}, "Conv3d": {}, "ConvTranspose1d": {}, "ConvTranspose2d": {}, "ConvTranspose3d": {},
    "Conv2d bias=False": {"bias": False}, "Conv2d groups=2": {"groups": 2}, "Conv1d padding=same": {"padding": "same"},
    "Conv2d stride=2": {"stride": 2, "padding": 1, "padding_mode": "reflect"}, "ConvTranspose2d bias=False": {"stride": 2, "output_padding": 1, "bias": False},
    "Conv2d affine=False": {}, "Conv2d float64": {},
}


def line(name, t):
    numbers = " ".join(format(x, ".9g") if t.dtype == torch.float32 else repr(x) for x in t.flatten().tolist())
    return f"{name} {' '.join(map(str, t.shape))} : {numbers}"


def run(name):
    kind = name.split(" ")[0]
    rank = kind[-2:]
    torch.manual_seed(SEED)
    conv = getattr(nn, kind)(4, 6, 3 if rank == "1d" else 2, **CASES[name])
    norm = NORMS[rank](6, affine="affine=False" not in name)
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.3, 3)
    for p in norm.parameters():
        p.detach().normal_()
    both = nn.Sequential(conv, norm).eval()
    x = torch.randn(1, 4, *SIZES[rank])
    if "float64" in name:
        both, x = both.double(), x.double()
    fused = fuse_conv_bn_eval(conv, norm, "Transpose" in kind)
    with torch.no_grad():
        assert torch.allclose(fused(x), both(x), atol=1e-5)
        return ([f"== {name}"] + [line(f"before {k}", v) for k, v in both.state_dict().items()] + [line("x", x), line("y", both(x))]
                + [line(f"fused {k}", v) for k, v in fused.state_dict().items()])


OUT.write_text("\n".join([f"# torch {torch.__version__}, seed {SEED}; made by tools/golden/fusion.py"] + [entry for name in CASES for entry in run(name)]) + "\n")
print(f"{OUT}: {len(CASES)} cases, {OUT.stat().st_size} bytes")
