"""Writes the golden values of framework-nn's recurrent layers with PyTorch.

Run from the repository's root, with the PyTorch that the results' first lines name:

    python tools/golden/recurrent.py

It writes to framework-nn/src/test/resources/golden:

    recurrent.bin.gz   layers, cells and packing as functions of input, states and parameters, for the table in RecurrentContractTest
    recurrent.txt      start values, dropout and training from seeds: a name and after a colon what PyTorch gave; start values as CRC-32
    recurrent-forms.txt  printed forms and the keys of state dicts; each after a line "== name"
"""

import itertools
import pathlib
import zlib

import torch
from torch import nn
from torch.func import functional_call
from torch.nn.utils import rnn

from records import F32, F64, Records, uniform

SEED = 20250401
OUT = pathlib.Path("framework-nn/src/test/resources/golden")
HEADER = f"torch {torch.__version__}, seed {SEED}; made by tools/golden/recurrent.py"

torch.manual_seed(SEED)
torch.set_num_threads(1)

# ---- layers ----

records = Records()
KINDS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN, "relu": lambda *a, **o: nn.RNN(*a, nonlinearity="relu", **o)}


def name(kind, options):
    words = {"num_layers": "layers", "bidirectional": "both", "batch_first": "batchFirst", "proj_size": "proj", "bias": "bias"}
    return ".".join([kind] + [words[k] + (str(int(v)) if not isinstance(v, bool) else "") if v else "noBias" for k, v in options.items()])


def flat(result):
    output, states = result
    return (output, *states) if isinstance(states, tuple) else (output, states)


def layer(kind, tag, sizes, dtype, given=True, single=False, **options):
    """A padded batch. Operands: input, states if given, parameters in their order."""
    inputs, hidden, time, batch = sizes
    model = KINDS[kind](inputs, hidden, dtype=dtype, **options)
    shape = (time, inputs) if single else (batch, time, inputs) if options.get("batch_first") else (time, batch, inputs)
    layers = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    state = options.get("proj_size", 0) or hidden
    states = [uniform((layers, state) if single else (layers, batch, state), dtype, -1, 1)] if given else []
    if given and kind == "lstm":
        states.append(uniform((layers, hidden) if single else (layers, batch, hidden), dtype, -1, 1))
    names = list(dict(model.named_parameters()))
    parameters = [uniform(p.shape, dtype, -0.5, 0.5) for p in model.parameters()]

    def fn(x, *rest):
        h = rest[:len(states)]
        return flat(functional_call(model, dict(zip(names, rest[len(states):])), (x, h if len(h) == 2 else h[0] if h else None)))

    row = name(kind, options) + ("" if given else ".fromZeros") + (".single" if single else "")
    records.record(row, f"{tag} {inputs} {hidden} {time} {batch}", fn, uniform(shape, dtype), *states, *parameters)


SMALL = (3, 4, 3, 2)
for kind in KINDS:
    for d, tag in ((F32, "f32"), (F64, "check")):
        layer(kind, tag, SMALL, d)
        layer(kind, tag, SMALL, d, given=False)
        layer(kind, tag, SMALL, d, single=True)
        layer(kind, tag, SMALL, d, bias=False)
        layer(kind, tag, (2, 3, 3, 2), d, num_layers=2, bidirectional=True)
        layer(kind, tag, (2, 3, 2, 2), d, num_layers=2, bidirectional=True, batch_first=True)
        layer(kind, tag, (2, 3, 2, 1), d, num_layers=3)
        if kind == "lstm":
            layer(kind, tag, (3, 4, 3, 2), d, proj_size=2)
            layer(kind, tag, (2, 3, 2, 2), d, num_layers=2, bidirectional=True, proj_size=2)
    for sizes in ((1, 1, 1, 1), (9, 33, 5, 7), (5, 17, 6, 33)):  # on both sides of every threshold of the kernels
        layer(kind, "f32", sizes, F32)
    layer(kind, "f32", (7, 20, 4, 13), F32, num_layers=2, bidirectional=True)


def packed(kind, tag, lengths, inputs, hidden, dtype, **options):
    """Unsorted sequences of these lengths, packed, through a layer, and padded again."""
    model = KINDS[kind](inputs, hidden, dtype=dtype, **options)
    batch = len(lengths)
    layers = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    state = options.get("proj_size", 0) or hidden
    states = [uniform((layers, batch, state), dtype, -1, 1)]
    if kind == "lstm":
        states.append(uniform((layers, batch, hidden), dtype, -1, 1))
    names = list(dict(model.named_parameters()))
    parameters = [uniform(p.shape, dtype, -0.5, 0.5) for p in model.parameters()]

    def fn(x, n, *rest):
        h = rest[:len(states)]
        sequence = rnn.pack_padded_sequence(x, n, enforce_sorted=False)
        y = functional_call(model, dict(zip(names, rest[len(states):])), (sequence, h if len(h) == 2 else h[0]))
        output, length = rnn.pad_packed_sequence(y[0], padding_value=0.25)
        return (*flat((output, y[1])), length)

    records.record(name(kind, options) + ".packed", f"{tag} {lengths} {inputs} {hidden}", fn, uniform((max(lengths), batch, inputs), dtype),
                   torch.tensor(lengths), *states, *parameters)


for kind in KINDS:
    for d, tag in ((F32, "f32"), (F64, "check")):
        packed(kind, tag, [2, 3, 1], 2, 3, d)
        packed(kind, tag, [1, 3, 3], 2, 3, d, num_layers=2, bidirectional=True)
    packed(kind, "f32", [3, 7, 1, 7, 4, 2, 5], 6, 20, F32, num_layers=2, bidirectional=True)
packed("lstm", "f32", [2, 3, 1], 2, 3, F32, bidirectional=True, proj_size=2)

# ---- cells ----

CELLS = {"lstmCell": nn.LSTMCell, "gruCell": nn.GRUCell, "rnnCell": nn.RNNCell, "rnnCell.relu": lambda *a, **o: nn.RNNCell(*a, nonlinearity="relu", **o)}
for (kind, make), (d, tag), single, bias in itertools.product(CELLS.items(), ((F32, "f32"), (F64, "check")), (False, True), (True, False)):
    model = make(3, 4, bias=bias, dtype=d)
    states = [uniform((4,) if single else (2, 4), d, -1, 1) for _ in range(2 if kind == "lstmCell" else 1)]
    names = list(dict(model.named_parameters()))

    def fn(x, *rest):
        return functional_call(model, dict(zip(names, rest[len(states):])), (x, rest[:2] if len(states) == 2 else rest[0]))

    records.record(kind + ("" if bias else ".noBias"), f"{tag} {'single' if single else 'batch'}", fn, uniform((3,) if single else (2, 3), d), *states,
                   *[uniform(p.shape, d, -0.5, 0.5) for p in model.parameters()])

# ---- packing ----

for d, tag in ((F32, "f32"), (F64, "check")):
    for first in (False, True):
        for rest in ((), (2,), (2, 3)):
            x = uniform((3, 4, *rest) if first else (4, 3, *rest), d)
            at = f"{tag} {list(rest)}"
            end = ".batchFirst" if first else ""

            def pack(x, n, **options):
                s = rnn.pack_padded_sequence(x, n, batch_first=first, **options)
                return [t for t in s if t is not None]

            records.record("pack" + end, at, pack, x, torch.tensor([3, 3, 1]))
            records.record("pack.unsorted" + end, at, lambda x, n: pack(x, n, enforce_sorted=False), x, torch.tensor([1, 3, 2]))
            records.record("padSequence" + end, at, lambda *s: rnn.pad_sequence(s, batch_first=first, padding_value=0.5),
                           *[uniform((n, *rest), d) for n in (2, 3, 1)])
            records.record("padSequence.left" + end, at, lambda *s: rnn.pad_sequence(s, batch_first=first, padding_side="left"),
                           *[uniform((n, *rest), d) for n in (2, 3, 1)])
            records.record("repad" + end, at, lambda *s: rnn.pad_packed_sequence(rnn.pack_sequence(s, enforce_sorted=False), first, -1.5, 5),
                           *[uniform((n, *rest), d) for n in (2, 3, 1)])
            records.record("unpack", f"{at} {first}", lambda *s: rnn.unpack_sequence(rnn.pack_sequence(s, enforce_sorted=False)),
                           *[uniform((n, *rest), d) for n in (2, 3, 1)])
records.write(OUT / "recurrent.bin.gz", HEADER)

# ---- from seeds ----

lines = [f"# {HEADER}"]


def crc(t):
    return f"{zlib.crc32(t.detach().contiguous().numpy().tobytes()):08x}"


STARTS = {
    "LSTM": lambda: nn.LSTM(3, 5), "LSTM all": lambda: nn.LSTM(3, 5, num_layers=2, bidirectional=True, proj_size=2),
    "LSTM float64": lambda: nn.LSTM(3, 5, dtype=F64), "GRU": lambda: nn.GRU(4, 3, num_layers=2, bias=False), "RNN": lambda: nn.RNN(4, 3, bidirectional=True),
    "LSTMCell": lambda: nn.LSTMCell(3, 5), "GRUCell": lambda: nn.GRUCell(3, 5, bias=False), "RNNCell": lambda: nn.RNNCell(3, 5),
}
for key, make in STARTS.items():
    torch.manual_seed(SEED)
    model = make()
    lines.append(f"start {key} : {' '.join(crc(p) for p in model.parameters())} {crc(torch.get_rng_state())}")

for key, make in (("LSTM", nn.LSTM), ("GRU", nn.GRU), ("RNN", nn.RNN)):
    for first in (False, True):
        torch.manual_seed(SEED)
        model = make(3, 5, num_layers=3, dropout=0.4, bidirectional=True, batch_first=first)
        x = torch.randn(4, 6, 3)
        y = model(x)[0]
        y.sum().backward()
        values = [v for t in (y, *[p.grad for p in model.parameters()]) for v in (t.sum().item(), t.abs().sum().item())]
        lines.append(f"dropout {key}{' batchFirst' if first else ''} : {' '.join(map(repr, values))} {crc(torch.get_rng_state())}")
    torch.manual_seed(SEED)
    model = make(3, 5, num_layers=2, dropout=0.4)
    s = rnn.pack_padded_sequence(torch.randn(4, 6, 3), torch.tensor([1, 4, 2, 3, 4, 2]), enforce_sorted=False)
    y = model(s)[0].data
    lines.append(f"dropout {key} packed : {y.sum().item()!r} {y.abs().sum().item()!r} {crc(torch.get_rng_state())}")

for key, make in (("LSTM", nn.LSTM), ("GRU", nn.GRU), ("RNN", nn.RNN)):
    torch.manual_seed(SEED)
    model = make(8, 16, num_layers=2, dropout=0.1)
    head = nn.Linear(16, 4)
    optimizer = torch.optim.Adam([*model.parameters(), *head.parameters()], lr=1e-2)
    x, target = torch.randn(10, 6, 8), torch.randint(4, (6,))
    losses = []
    for _ in range(6):
        loss = nn.functional.cross_entropy(head(model(x)[0][-1]), target)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    lines.append(f"train {key} : {' '.join(map(repr, losses))}")
(OUT / "recurrent.txt").write_text("\n".join(lines) + "\n")

# ---- printed forms and keys ----

modules = {
    "LSTM": nn.LSTM(3, 5), "LSTM all": nn.LSTM(3, 5, num_layers=2, bias=False, batch_first=True, dropout=0.25, bidirectional=True, proj_size=2),
    "LSTM proj": nn.LSTM(3, 5, proj_size=2), "GRU": nn.GRU(3, 5, num_layers=2, dropout=1), "RNN": nn.RNN(3, 5, nonlinearity="relu", bidirectional=True),
    "LSTMCell": nn.LSTMCell(3, 5), "GRUCell": nn.GRUCell(3, 5, bias=False), "RNNCell": nn.RNNCell(3, 5), "RNNCell relu": nn.RNNCell(3, 5, nonlinearity="relu"),
}
(OUT / "recurrent-forms.txt").write_text(f"# {HEADER}\n" + "".join(f"== {key}\n{m}\n{' '.join(m.state_dict())}\n" for key, m in modules.items()))
