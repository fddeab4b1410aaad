"""Writes the golden values of HalvesContractTest: activations, losses and normalizations of float16 and bfloat16.

Run from the repository's root, with the PyTorch that the result's header names:

    python tools/golden/halves.py

It writes halves.bin.gz to framework-nn/src/test/resources/golden; dtypes.py explains tags and sizes.
"""

import pathlib

import torch
import torch.nn.functional as F

from records import BF16, F16, F64, I64, Records

SEED = 20261125
OUT = pathlib.Path("framework-nn/src/test/resources/golden/halves.bin.gz")
SPECIAL = [0.0, -0.0, float("inf"), float("-inf"), float("nan"), 1.0, -1.0, 0.5, -0.5, 3.0, -3.0, 2.99, -2.99, 6.0, 6.03, 20.0, 20.1, -20.0, 100.0, -100.0,
           65504.0, -65504.0, 1e-7, -1e-7, 6e-5, -6e-5, 11.1, -17.4, 88.5, -103.5, 300.0, -300.0]

torch.manual_seed(SEED)
torch.set_num_threads(1)
records = Records()
record = records.record


def spread(shape, dtype, low=-4.0, high=4.0):
    return (torch.rand(shape, dtype=F64) * (high - low) + low).to(dtype)


for name, fn in {"relu": F.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "threshold": lambda x: F.threshold(x, 0.1, 0.7), "hardtanh": F.hardtanh, "relu6": F.relu6,
                 "leakyRelu": F.leaky_relu, "elu": F.elu, "selu": F.selu, "celu": lambda x: F.celu(x, 1.7), "gelu": F.gelu,
                 "gelu.tanh": lambda x: F.gelu(x, approximate="tanh"), "silu": F.silu, "mish": F.mish, "hardswish": F.hardswish, "hardsigmoid": F.hardsigmoid,
                 "hardshrink": F.hardshrink, "softshrink": F.softshrink, "tanhshrink": F.tanhshrink, "softplus": F.softplus, "softsign": F.softsign,
                 "logSigmoid": F.logsigmoid, "glu": F.glu, "softmax": lambda x: F.softmax(x, -1), "logSoftmax": lambda x: F.log_softmax(x, -1),
                 "softmin": lambda x: F.softmin(x, -1), "layerNorm": lambda x: F.layer_norm(x, x.shape[-1:]),
                 "rmsNorm": lambda x: F.rms_norm(x, x.shape[-1:])}.items():
    for t in (F16, BF16):
        record(name, f"half {t} 96", fn, spread((96,), t))
        record(name, f"half {t} 5x32", fn, spread((5, 32), t))
        if not name.endswith("Norm") and "oft" not in name[:4] and name != "glu":
            record(name, f"corner {t}", fn, torch.tensor(SPECIAL[4 if name.startswith("gelu") else 0:], dtype=F64).to(t), grad=False)  # gelu of infinity is NaN in bfloat16 there
for t in (F16, BF16):
    record("prelu", f"half {t}", F.prelu, spread((3, 32), t), spread((32,), t))
    record("layerNorm.affine", f"half {t}", lambda x, w, b: F.layer_norm(x, (32,), w, b), spread((3, 32), t), spread((32,), t), spread((32,), t))
    record("layerNorm.large", f"half {t}", lambda x: F.layer_norm(x, (32,)), spread((3, 32), t, -30000.0, 30000.0))
    record("rmsNorm.affine", f"half {t}", lambda x, w: F.rms_norm(x, (32,), w), spread((3, 32), t), spread((32,), t))
    record("rmsNorm.large", f"half {t}", lambda x: F.rms_norm(x, (32,)), spread((3, 32), t, -30000.0, 30000.0))
    for r in ("none", "mean", "sum"):
        for name, fn in {"l1Loss": F.l1_loss, "mseLoss": F.mse_loss, "smoothL1Loss": F.smooth_l1_loss, "huberLoss": F.huber_loss,
                         "binaryCrossEntropyWithLogits": lambda x, y, reduction: F.binary_cross_entropy_with_logits(x, y.abs() / 4, reduction=reduction),
                         "binaryCrossEntropy": lambda x, y, reduction: F.binary_cross_entropy(x.abs() / 4, y.abs() / 4, reduction=reduction),
                         "klDiv": lambda x, y, reduction: F.kl_div(x, y.abs() + 1, reduction=reduction)}.items():
            record(f"{name}.{r}", f"half {t}", lambda x, y, fn=fn, r=r: fn(x, y, reduction=r), spread((64,), t), spread((64,), t))
        labels = torch.randint(0, 7, (16,))
        record(f"crossEntropy.{r}", f"half {t}", lambda x, y, r=r: F.cross_entropy(x, y, reduction=r), spread((16, 7), t), labels)
        record(f"nllLoss.{r}", f"half {t}", lambda x, y, r=r: F.nll_loss(x, y, reduction=r), spread((16, 7), t), labels)
    record("batchNorm", f"half {t}", lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True), spread((16, 8), t), spread((8,), t), spread((8,), t))
    record("groupNorm", f"half {t}", lambda x, w, b: F.group_norm(x, 2, w, b), spread((4, 8, 16), t), spread((8,), t), spread((8,), t))
    record("cosineSimilarity", f"half {t}", lambda x, y: F.cosine_similarity(x, y), spread((5, 32), t), spread((5, 32), t))
    record("pairwiseDistance", f"half {t}", lambda x, y: F.pairwise_distance(x, y), spread((5, 32), t), spread((5, 32), t))
    record("embedding", f"half {t}", lambda w: F.embedding(torch.tensor([0, 2, 2, 1]), w), spread((3, 8), t))
    record("bilinear", f"half {t}", F.bilinear, spread((4, 3), t), spread((4, 5), t), spread((2, 3, 5), t), spread((2,), t))

records.write(OUT, f"torch {torch.__version__}, seed {SEED}, tools/golden/halves.py")
