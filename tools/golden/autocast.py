"""Writes the golden values of AutocastTest and GradScalerTest: operations inside torch.autocast("cpu", torch.bfloat16), and GradScaler's scales.

Run from the repository's root, with the PyTorch that the result's header names:

    python tools/golden/autocast.py

It writes autocast.bin.gz to framework-nn/src/test/resources/golden, and scaler.bin.gz to that of framework-optim. No GPU is needed for
autocast-cuda.txt: which type an operation chooses on one is in the lists of a header that comes with PyTorch.
"""

import pathlib
import re

import torch
import torch.nn.functional as F

from records import BF16, F32, F64, Records, uniform

SEED = 20261122
OUT = pathlib.Path("framework-nn/src/test/resources/golden/autocast.bin.gz")

torch.manual_seed(SEED)
torch.set_num_threads(1)
records = Records()


def record(name, fn, *shapes):
    """In float32, and with a first operand of bfloat16; operands are shapes, or tensors."""
    for first in (F32, BF16):
        operands = [uniform(s, first if i == 0 else F32) if isinstance(s, tuple) else s for i, s in enumerate(shapes)]

        def inside(*xs):
            with torch.autocast("cpu", torch.bfloat16):
                return fn(*xs)

        records.record(name, f"{first}", inside, *operands)


labels = torch.tensor([1, 2, 3, 0])
signs = torch.tensor([[1.0, -1.0] * 4] * 4)
record("linear", F.linear, (4, 8), (5, 8), (5,))
record("linear.noBias", F.linear, (3, 4, 8), (5, 8))
record("matmul", torch.matmul, (4, 8), (8, 5))
record("matmul.batch", torch.matmul, (2, 4, 8), (8, 5))
record("mv", torch.matmul, (4, 8), (8,))
record("bmm", torch.bmm, (2, 4, 8), (2, 8, 5))
record("addmm", torch.addmm, (4, 5), (4, 8), (8, 5))
record("baddbmm", torch.baddbmm, (2, 4, 5), (2, 4, 8), (2, 8, 5))
record("conv1d", F.conv1d, (2, 4, 9), (3, 4, 3), (3,))
record("conv2d", F.conv2d, (2, 3, 7, 7), (4, 3, 3, 3), (4,))
record("convTranspose1d", F.conv_transpose1d, (2, 4, 9), (4, 3, 3), (3,))
record("prelu", F.prelu, (4, 8), (1,))
record("attention", F.scaled_dot_product_attention, (1, 2, 4, 8), (1, 2, 4, 8), (1, 2, 4, 8))
record("exp", torch.exp, (4, 8))
record("softmax", lambda x: F.softmax(x, 1), (4, 8))
record("logSoftmax", lambda x: F.log_softmax(x, 1), (4, 8))
record("sum", torch.sum, (4, 8))
record("prod", lambda x: x.prod(0), (4, 8))
record("relu", F.relu, (4, 8))
record("add", torch.add, (4, 8), (4, 8))
record("mul", torch.mul, (4, 8), (4, 8))
record("cat", lambda x, y: torch.cat([x, y]), (4, 8), (4, 8))
record("stack", lambda x, y: torch.stack([x, y]), (4, 8), (4, 8))
record("layerNorm", lambda x, w, b: F.layer_norm(x, (8,), w, b), (4, 8), (8,), (8,))
record("batchNorm", lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True), (6, 4), (4,), (4,))
record("cdist", torch.cdist, (4, 8), (5, 8))
record("mseLoss", F.mse_loss, (4, 8), (4, 8))
record("l1Loss", F.l1_loss, (4, 8), (4, 8))
record("smoothL1Loss", F.smooth_l1_loss, (4, 8), (4, 8))
record("huberLoss", F.huber_loss, (4, 8), (4, 8))
record("crossEntropy", lambda x: F.cross_entropy(x, labels), (4, 8))
record("nllLoss", lambda x: F.nll_loss(x, labels), (4, 8))
record("binaryCrossEntropyWithLogits", lambda x: F.binary_cross_entropy_with_logits(x, signs.clamp(0, 1)), (4, 8))
record("klDiv", lambda x: F.kl_div(x, signs.abs() / 8, reduction="sum"), (4, 8))
record("softMarginLoss", lambda x: F.soft_margin_loss(x, signs), (4, 8))
record("hingeEmbeddingLoss", lambda x: F.hinge_embedding_loss(x, signs), (4, 8))
record("net", lambda x, v, w: F.mse_loss(F.relu(x @ v) @ w, torch.ones(4, 3)), (4, 8), (8, 6), (6, 3))


def scales():
    """The scale after each of some iterations, with gradients that overflow in some."""
    weight = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.5)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0, growth_interval=3)
    found = []
    for i in range(14):
        optimizer.zero_grad()
        factor = float("inf") if i in (2, 8, 9) else 1.0
        scaler.scale((weight * factor).sum() if factor == 1 else (weight + 1).sum() * factor).backward()
        scaler.step(optimizer)
        scaler.update()
        found += [scaler.get_scale(), weight.item(), float(scaler.state_dict()["_growth_tracker"])]
    return torch.tensor(found, dtype=F64)


header = f"torch {torch.__version__}, seed {SEED}, tools/golden/autocast.py"
records.write(OUT, header)
records = Records()
records.record("scaler", "scale, weight, tracker", scales, grad=False)
records.write(pathlib.Path("framework-optim/src/test/resources/golden/scaler.bin.gz"), header)


def lists():
    """The operations of each list of autocast_mode.h, without overloads."""
    text = (pathlib.Path(torch.__file__).parent / "include/ATen/autocast_mode.h").read_text()
    for rule, name in ("lower", "LOWER_PRECISION_FP"), ("float32", "FP32"), ("float32", "FP32_SET_OPT_DTYPE"), ("widest", "PROMOTE"):
        body = re.search(rf"#define AT_FORALL_{name}\(_\)((?:.*\\\n)*.*)", text).group(1)
        for op in dict.fromkeys(re.findall(r"_\((\w+)", body)):
            yield f"{rule} {op}"


text = "\n".join([f"# torch {torch.__version__}, tools/golden/autocast.py", *lists()])
pathlib.Path("framework-nn/src/test/resources/golden/autocast-cuda.txt").write_text(text + "\n")
