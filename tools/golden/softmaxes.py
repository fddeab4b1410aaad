"""Writes softmaxes.txt, the golden values of framework-nn's SoftmaxesTest, with PyTorch: softmax in clusters, and with Gumbel noise.

Run from the repository's root, with the PyTorch that the result's first line names:

    python tools/golden/softmaxes.py

Each line is a name, a colon and numbers. An adaptive softmax is made after the seed, and computes with the inputs below: the state at the start, the
output, the loss, all probabilities, the predictions, and the gradients of the input and of the state in its order. Gumbel noise is drawn after the seed.
"""

import pathlib

import torch
from torch import nn
from torch.nn import functional as F

OUT = pathlib.Path("framework-nn/src/test/resources/golden/softmaxes.txt")
SEED = 20261122
torch.set_num_threads(1)
lines = [f"# torch {torch.__version__}, seed {SEED}; made by tools/golden/softmaxes.py"]


def line(name, *tensors):
    lines.append(f"{name} : {' '.join(repr(x) for t in tensors for x in t.detach().flatten().tolist())}")


def inputs(n, features):
    return torch.tensor([[((i * 29 + j * 7) % 61 - 30) / 8 for j in range(features)] for i in range(n)], dtype=torch.float64)


for name, options in {"plain": {}, "biased": {"div_value": 2.0, "head_bias": True}}.items():
    for kind, targets in {"all": [0, 11, 3, 5, 2, 4, 8, 7], "frequent": [0, 1, 2, 1, 0, 2, 2, 1], "last": [9, 11, 8, 10, 11, 7, 9, 8]}.items():
        torch.manual_seed(SEED)
        net = nn.AdaptiveLogSoftmaxWithLoss(16, 12, [3, 7], **options)
        if kind == "all":
            line(f"{name} state", *net.state_dict().values())
        net.double()
        x = inputs(8, 16).requires_grad_()
        output, loss = net(x, torch.tensor(targets))
        (loss + output.square().sum()).backward()
        line(f"{name} {kind} output", output)
        line(f"{name} {kind} loss", loss)
        line(f"{name} {kind} gradients", x.grad, *(torch.zeros_like(p) if p.grad is None else p.grad for p in net.parameters()))
    line(f"{name} logProb", net.log_prob(x))
    line(f"{name} predict", net.predict(x))
    line(f"{name} one", *net(x[1], torch.tensor(6)))
for hard in (False, True):
    for shape in ((4, 5), (2, 3, 4)):
        torch.manual_seed(SEED)
        x = inputs(shape[0], torch.Size(shape).numel() // shape[0]).view(shape).requires_grad_()
        y = F.gumbel_softmax(x, tau=0.7, hard=hard, dim=1)
        (y * inputs(shape[0], torch.Size(shape).numel() // shape[0]).view(shape)).sum().backward()
        line(f"gumbel {str(hard).lower()} {' '.join(map(str, shape))}", y, x.grad)
OUT.write_text("\n".join(lines) + "\n")
print(f"{OUT}: {len(lines) - 1} lines, {OUT.stat().st_size} bytes")
