"""Writes the golden values of framework-nn's tests with PyTorch.

Run from the repository's root, with the PyTorch that the results' first lines name:

    python tools/golden/nn.py

It writes to framework-nn/src/test/resources/golden:

    losses.bin.gz   losses and layers as functions, with gradients, for the table in LayerContractTest
    random.txt      start values, dropout masks and a whole network from seeds: a case per line, a name and after a colon what PyTorch gave;
                    long results as the CRC-32 of their little-endian bytes, short ones as their bits in hexadecimal
    printed.txt     printed forms; each after a line "== name"
    keys.txt        names in the order of PyTorch's walks: a case per line
"""

import pathlib
import struct
import zlib

import torch
import torch.nn.functional as F
from torch import nn

from records import F32, F64, Records, uniform

SEED = 20250301
OUT = pathlib.Path("framework-nn/src/test/resources/golden")
HEADER = f"torch {torch.__version__}, seed {SEED}; made by tools/golden/nn.py"

torch.manual_seed(SEED)
torch.set_num_threads(1)

# ---- losses and layers ----

records = Records()


def labels(shape, classes):
    return torch.randint(classes, shape)


def probabilities(shape, dtype):
    raw = uniform(shape, dtype, 0.0, 2.0)
    return (raw * 8).round() / 8


# input shapes with the classes at dimension 1, or 0 for a single row
SHAPES = [(3,), (4, 3), (1, 1), (2, 3, 5), (2, 3, 2, 2), (33, 10)]

for reduction in ("none", "mean", "sum"):
    for shape in SHAPES:
        classes = shape[0] if len(shape) == 1 else shape[1]
        rest = shape[1:] if len(shape) == 1 else (shape[0],) + shape[2:]
        for d, tag in ((F32, "f32"), (F64, "check")):
            if d == F64 and torch.Size(shape).numel() > 100:
                continue
            k = labels(rest, classes)
            ignored = k.clone()
            if ignored.numel() > 1:
                ignored.view(-1)[1] = 0
            w = uniform((classes,), d, 0.0, 2.0)
            at = f"{tag} {list(shape)}"
            nan = f"corner {list(shape)} {d}" if k.numel() == 1 and k.item() == 0 else at  # the only label is the ignored one
            x = uniform(shape, d)
            records.record(f"nllLoss.{reduction}", at, lambda x, k: F.nll_loss(x, k, reduction=reduction), x, k)
            records.record(f"nllLoss.{reduction}.weight.ignore0", nan,
                           lambda x, k, w: F.nll_loss(x, k, w.detach(), reduction=reduction, ignore_index=0), x, ignored, w)
            records.record(f"crossEntropy.{reduction}", at, lambda x, k: F.cross_entropy(x, k, reduction=reduction), x, k)
            records.record(f"crossEntropy.{reduction}.smooth", at,
                           lambda x, k: F.cross_entropy(x, k, reduction=reduction, label_smoothing=0.1), x, k)
            records.record(f"crossEntropy.{reduction}.weight.ignore0.smooth", nan, lambda x, k, w: F.cross_entropy(
                x, k, w.detach(), reduction=reduction, ignore_index=0, label_smoothing=0.25), x, ignored, w)
            p = probabilities(shape, d)
            records.record(f"crossEntropy.{reduction}.probabilities", at, lambda x, p: F.cross_entropy(x, p, reduction=reduction), x, p)
            records.record(f"crossEntropy.{reduction}.probabilities.weight.smooth", at,
                           lambda x, p, w: F.cross_entropy(x, p, w.detach(), reduction=reduction, label_smoothing=0.1), x, p, w)
    for name, fn in ((f"nllLoss.{reduction}", F.nll_loss), (f"crossEntropy.{reduction}", F.cross_entropy)):
        records.record(name, "empty", lambda x, k: fn(x, k, reduction=reduction), uniform((0, 3)), labels((0,), 3))
        records.record(name, "corner all ignored", lambda x, k: fn(x, k, reduction=reduction), uniform((2, 3)), torch.tensor([-100, -100]))
    for shape in ((), (7,), (3, 5), (0, 3), (257,)):
        for d, tag in ((F32, "f32"), (F64, "check")):
            if torch.Size(shape).numel() < 100 and 0 not in shape or d == F32:
                records.record(f"mseLoss.{reduction}", f"{'empty' if 0 in shape else tag} {list(shape)}",
                               lambda x, y: F.mse_loss(x, y, reduction=reduction), uniform(shape, d), uniform(shape, d))

for name, layer in (("ReLU", nn.ReLU()), ("Sigmoid", nn.Sigmoid()), ("Tanh", nn.Tanh()), ("Softmax", nn.Softmax(1)), ("LogSoftmax", nn.LogSoftmax(-1)),
                    ("Flatten", nn.Flatten()), ("Flatten.0.1", nn.Flatten(0, 1)), ("Identity", nn.Identity())):
    for d, tag in ((F32, "f32"), (F64, "check")):
        for shape in ((2, 3), (2, 3, 4), (3, 1, 5)):
            records.record(name, f"{tag} {list(shape)}", layer, uniform(shape, d))
bytes_ = torch.tensor([1, 0, 2], dtype=torch.uint8)
records.record("crossEntropy.uint8", "f32", lambda x, k: F.cross_entropy(x, k) + F.nll_loss(x, k, ignore_index=1), torch.arange(9.0).reshape(3, 3).sin(), bytes_)
records.write(OUT / "losses.bin.gz", HEADER)

# ---- random ----

lines = [f"# {HEADER}"]


def case(name, *tensors):
    out = []
    for t in tensors:
        data = t.detach().contiguous().numpy().tobytes()
        short = t.numel() <= 4 and t.dtype.is_floating_point
        out.append(" ".join(struct.pack(">f" if t.dtype == F32 else ">d", v).hex() for v in t.detach().flatten().tolist()) if short
                   else f"{zlib.crc32(data):08x}")
    lines.append(f"{name} : {' '.join(out)}")


def generator():
    return torch.get_rng_state().to(torch.uint8)


for dtype, name in ((F32, "float32"), (F64, "float64")):
    for sizes in ((4, 8), (8, 3), (1, 1), (784, 256), (7, 5)):
        torch.manual_seed(SEED)
        layer = nn.Linear(*sizes, dtype=dtype)
        case(f"Linear {name} {sizes[0]} {sizes[1]}", layer.weight, layer.bias, generator())
    for shape in ((5, 4), (3, 2, 3, 3), (40, 17)):
        for fn in ("xavier_uniform_", "xavier_normal_", "kaiming_uniform_", "kaiming_normal_"):
            torch.manual_seed(SEED)
            t = torch.empty(shape, dtype=dtype)
            getattr(nn.init, fn)(t)
            u = torch.empty(shape, dtype=dtype)
            if fn.startswith("xavier"):
                getattr(nn.init, fn)(u, gain=nn.init.calculate_gain("tanh"))
            else:
                getattr(nn.init, fn)(u, a=0.3, mode="fan_out", nonlinearity="leaky_relu")
            case(f"{fn} {name} {' '.join(map(str, shape))}", t, u, generator())
    torch.manual_seed(SEED)
    case(f"uniform_ normal_ {name}", nn.init.uniform_(torch.empty(33, dtype=dtype), -2, 3), nn.init.normal_(torch.empty(33, dtype=dtype), 1, 0.5))
    for p in (0.5, 0.1, 0.9):
        for shape in ((3,), (5, 7), (64, 33)):
            torch.manual_seed(SEED)
            x = torch.arange(1, torch.Size(shape).numel() + 1).to(dtype).reshape(shape)
            case(f"dropout {name} {p} {' '.join(map(str, shape))}", F.dropout(x, p), generator())
    torch.manual_seed(SEED)
    x = torch.arange(1, 121).to(dtype).reshape(4, 5, 6)
    case(f"dropout transposed {name}", F.dropout(x.transpose(0, 2), 0.5), F.dropout(x[:, 1:4, ::2], 0.5), F.dropout(x.permute(1, 2, 0), 0.5), generator())

for name in ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"):
    case(f"gain {name}", torch.tensor(nn.init.calculate_gain(name), dtype=F64))

torch.manual_seed(SEED)
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.25), nn.Linear(8, 3))
x = torch.randn(5, 4)
y = torch.randint(3, (5,))
loss = F.cross_entropy(net(x), y)
loss.backward()
lines.append("network " + " : " + " ".join(repr(v) for v in [loss.item()] + [g for p in net.parameters() for g in p.grad.flatten().tolist()]))

x = [torch.tensor([3.0, -4.0]), torch.tensor([[1.0, 2.0]])]
for p in (2.0, 1.0, 3.0, float("inf")):
    parameters = [torch.zeros_like(t).requires_grad_() for t in x]
    for parameter, gradient in zip(parameters, x):
        parameter.grad = gradient.clone()
    total = nn.utils.clip_grad_norm_(parameters, 2.0, p)
    lines.append(f"clip {p} : " + " ".join(repr(v) for v in [total.item()] + [g for t in parameters for g in t.grad.flatten().tolist()]))
(OUT / "random.txt").write_text("\n".join(lines) + "\n")

# ---- printed forms and names ----


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 8)
        self.act = nn.ReLU()
        self.output = nn.Linear(8, 3)
        self.logsoftmax = nn.LogSoftmax(dim=1)


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        self.register_parameter("nothing", None)
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))
        self.register_buffer("cache", torch.zeros(2), persistent=False)
        self.register_buffer("none", None)
        self.encoder = nn.Linear(3, 3)
        self.decoder = nn.Linear(3, 3, bias=False)
        self.decoder.weight = self.encoder.weight
        self.again = self.encoder
        self.blocks = nn.ModuleList([nn.Sequential(nn.Linear(3, 3), nn.Tanh()), nn.Sequential(nn.Linear(3, 3), nn.Tanh()), nn.Dropout(0.1)])
        self.heads = nn.ModuleDict({"b": nn.Linear(3, 1), "a": nn.Linear(3, 2)})
        self.register_module("later", None)
        self.offset = nn.Parameter(torch.zeros(3))

    def get_extra_state(self):
        return {"epoch": 3}

    def set_extra_state(self, state):
        pass


modules = {
    "Linear": nn.Linear(4, 8),
    "Linear without bias": nn.Linear(4, 8, bias=False),
    "ReLU": nn.ReLU(), "Sigmoid": nn.Sigmoid(), "Tanh": nn.Tanh(), "Identity": nn.Identity(),
    "Softmax": nn.Softmax(dim=1), "LogSoftmax": nn.LogSoftmax(dim=-1),
    "Flatten": nn.Flatten(), "Flatten 0 2": nn.Flatten(0, 2),
    "Dropout": nn.Dropout(), "Dropout 0.1": nn.Dropout(0.1), "Dropout 1e-5": nn.Dropout(1e-5), "Dropout 1.0": nn.Dropout(1.0),
    "Dropout 0.0001": nn.Dropout(0.0001), "Dropout 0.1234567": nn.Dropout(0.1234567),
    "Sequential": nn.Sequential(), "ModuleList": nn.ModuleList(), "ModuleDict": nn.ModuleDict(),
    "NLLLoss": nn.NLLLoss(), "CrossEntropyLoss": nn.CrossEntropyLoss(label_smoothing=0.1), "MSELoss": nn.MSELoss(),
    "Mlp": Mlp(), "Tied": Tied(),
    "nested": nn.Sequential(nn.Flatten(), nn.Sequential(nn.Linear(2, 2), nn.ReLU()), nn.Sequential(nn.Sequential())),
}
(OUT / "printed.txt").write_text(f"# {HEADER}\n" + "".join(f"== {name}\n{module}\n" for name, module in modules.items()))

tied = Tied()
walks = {
    "state_dict": tied.state_dict(),
    "metadata": tied.state_dict()._metadata,
    "named_parameters": dict(tied.named_parameters()),
    "named_parameters all": dict(tied.named_parameters(remove_duplicate=False)),
    "named_parameters own": dict(tied.named_parameters(prefix="p", recurse=False)),
    "named_buffers": dict(tied.named_buffers()),
    "named_modules": dict(tied.named_modules()),
    "named_modules all": dict(tied.named_modules(remove_duplicate=False)),
    "named_children": dict(tied.named_children()),
}
order = []
tied.apply(lambda m: order.append(type(m).__name__))
keys = [f"# {HEADER}"] + [f"{name} : {' '.join(key or '<root>' for key in walk)}" for name, walk in walks.items()] + [f"apply : {' '.join(order)}"]
(OUT / "keys.txt").write_text("\n".join(keys) + "\n")
