"""Writes the golden values of framework-nn's attention and transformers with PyTorch.

Run from the repository's root, with the PyTorch that the results' first lines name:

    python tools/golden/attention.py

It writes to framework-nn/src/test/resources/golden:

    attention.bin.gz     attention as a function of operands, masks and projections, for the table in AttentionContractTest
    attention.txt        start values, outputs, gradients, dropout and training from seeds: a name and after a colon what PyTorch gave
    attention-forms.txt  printed forms and the keys of state dicts; each after a line "== name"
"""

import pathlib
import warnings
import zlib

import torch
import torch.nn.functional as F
from torch import nn

from records import B, F32, F64, Records, uniform

SEED = 20250402
OUT = pathlib.Path("framework-nn/src/test/resources/golden")
HEADER = f"torch {torch.__version__}, seed {SEED}; made by tools/golden/attention.py"
INF = float("inf")

warnings.filterwarnings("ignore")
torch.manual_seed(SEED)
torch.set_num_threads(1)

# ---- scaled dot products ----

records = Records()
sdpa = F.scaled_dot_product_attention


def allowed(shape):
    """A bool mask in which every query may look at something."""
    mask = torch.rand(shape) < 0.6
    mask[..., 0] = True
    return mask


for d, tag in ((F32, "f32"), (F64, "check")):
    for q, k, v in (((3, 2), (4, 2), (4, 3)), ((2, 3, 2), (2, 3, 2), (2, 3, 2)), ((1, 2, 2, 3), (1, 2, 3, 3), (1, 2, 3, 2))):
        at = f"{tag} {list(q)} {list(k)} {list(v)}"
        x = [uniform(q, d), uniform(k, d), uniform(v, d)]
        mask = allowed((q[-2], k[-2]))
        records.record("sdpa", at, sdpa, *x)
        records.record("sdpa.causal", at, lambda q, k, v: sdpa(q, k, v, is_causal=True), *x)
        records.record("sdpa.scale", at, lambda q, k, v: sdpa(q, k, v, scale=0.3), *x)
        records.record("sdpa.mask", at + " bool", sdpa, *x, mask)
        records.record("sdpa.mask", at + " float", sdpa, *x, uniform((q[-2], k[-2]), d))
        blocked = mask.clone()
        blocked[1] = False
        records.record("sdpa.mask", at + " blocked", sdpa, *x, blocked)
    x = [uniform((2, 3, 2), d), uniform((2, 4, 2), d), uniform((2, 4, 2), d)]
    records.record("sdpa.mask", f"{tag} per item", sdpa, *x, allowed((2, 3, 4)))
    records.record("sdpa.mask", f"{tag} per key", sdpa, *x, allowed((2, 1, 4)))
    records.record("sdpa.gqa", f"{tag} heads", lambda q, k, v: sdpa(q, k, v, enable_gqa=True), uniform((1, 4, 2, 2), d), uniform((1, 2, 3, 2), d),
                   uniform((1, 2, 3, 2), d))
x = [uniform((2, 3, 17, 8)), uniform((2, 3, 33, 8)), uniform((2, 3, 33, 8))]
records.record("sdpa", "f32 large", sdpa, *x)
records.record("sdpa.causal", "f32 large", lambda q, k, v: sdpa(q, k, v, is_causal=True), *x)
blocked = allowed((2, 1, 17, 33))
blocked[1, 0, 3] = False
records.record("sdpa.mask", "f32 large", sdpa, *x, blocked)

# ---- heads ----

HEADS, SIZE = 2, 4


def heads(row, tag, dtype, kind="self", masks=(), kdim=SIZE, vdim=SIZE, bias=True, kv=False, zero=False, **options):
    """Operands: query and, unless they are the same, key and value; masks; in or q, k, v; bias; bias k, v; out, its bias."""
    queries, keys, n = 3, 3 if kind == "self" else 4, 2
    x = [uniform((queries, n, SIZE), dtype)]
    x += [uniform((keys, n, kdim), dtype)] if kind != "self" else []
    x += [uniform((keys, n, vdim), dtype)] if kind == "apart" else []
    count = len(x)
    given = []
    for mask in masks:
        shape = {"padding": (n, keys), "2d": (queries, keys), "3d": (n * HEADS, queries, keys)}[mask.split()[0]]
        if mask.endswith("float"):
            given.append(uniform(shape, dtype))
        elif mask.endswith("causal"):
            given.append(torch.ones(shape, dtype=B).triu(1))
        else:
            given.append(~allowed(shape))
            if mask.endswith("blocked"):
                given[-1][1] = True
    separate = kdim != SIZE or vdim != SIZE
    weights = [uniform((SIZE, SIZE), dtype, -1, 1), uniform((SIZE, kdim), dtype, -1, 1), uniform((SIZE, vdim), dtype, -1, 1)] if separate else [uniform((3 * SIZE, SIZE), dtype, -1, 1)]
    weights += [uniform((3 * SIZE,), dtype, -1, 1)] if bias else []
    weights += [uniform((1, 1, SIZE), dtype, -1, 1), uniform((1, 1, SIZE), dtype, -1, 1)] if kv else []
    weights += [uniform((SIZE, SIZE), dtype, -1, 1)] + ([uniform((SIZE,), dtype, -1, 1)] if bias else [])

    def fn(*all):
        q = all[0]
        k = all[1] if count > 1 else q
        v = all[2] if count > 2 else k
        named = {("key_padding_mask" if m.startswith("padding") else "attn_mask"): t for m, t in zip(masks, all[count:])}
        w = list(all[count + len(masks):])
        joint = [w.pop(0) for _ in range(3 if separate else 1)]
        b = w.pop(0) if bias else None
        bias_k, bias_v = (w.pop(0), w.pop(0)) if kv else (None, None)
        y = F.multi_head_attention_forward(
            q, k, v, SIZE, HEADS, None if separate else joint[0], b, bias_k, bias_v, zero, 0.0, w[0], w[1] if bias else None, training=True,
            use_separate_proj_weight=separate, **dict(zip(("q_proj_weight", "k_proj_weight", "v_proj_weight"), joint if separate else ())), **named, **options)
        return y[0] if y[1] is None else y

    records.record(row, tag, fn, *x, *given, *weights)


for d, tag in ((F32, "f32"), (F64, "check")):
    for need in (True, False):
        o = dict(need_weights=need)
        end = "" if need else ".plain"
        heads("heads.self" + end, tag, d, **o)
        heads("heads.memory" + end, tag, d, kind="memory", **o)
        heads("heads.apart" + end, tag, d, kind="apart", **o)
        heads("heads.apart.sizes" + end, tag, d, kind="apart", kdim=3, vdim=5, **o)
        heads("heads.self.noBias" + end, tag, d, bias=False, **o)
        heads("heads.memory.kv" + end, tag, d, kind="memory", kv=True, masks=["2d", "padding"], **o)
        heads("heads.memory.zero" + end, tag, d, kind="memory", zero=True, masks=["3d", "padding"], **o)
        for masks in (["padding"], ["2d"], ["3d"], ["2d float"], ["padding float"], ["2d", "padding"], ["3d float", "padding float"]):
            heads("heads.memory." + ".".join(m.replace(" ", "") for m in masks) + end, tag, d, kind="memory", masks=masks, **o)
        heads("heads.self.2dcausal" + end, tag, d, masks=["2d causal"], is_causal=True, **o)
    heads("heads.self.perHead", tag, d, average_attn_weights=False)
    heads("heads.self.2dblocked.plain", tag, d, masks=["2d blocked"], need_weights=False)
heads("heads.self.2dblocked", "corner f32", F32, masks=["2d blocked"])
records.write(OUT / "attention.bin.gz", HEADER)

# ---- from seeds ----

lines = [f"# {HEADER}"]


def crc(t):
    return f"{zlib.crc32(t.detach().contiguous().numpy().tobytes()):08x}"


LAYER = dict(dim_feedforward=12, dropout=0.3)
STARTS = {
    "MultiheadAttention": lambda: nn.MultiheadAttention(8, 2), "MultiheadAttention all": lambda: nn.MultiheadAttention(8, 2, add_bias_kv=True, kdim=3, vdim=5),
    "TransformerEncoderLayer": lambda: nn.TransformerEncoderLayer(8, 2, 12), "TransformerDecoderLayer": lambda: nn.TransformerDecoderLayer(8, 2, 12, bias=False),
    "TransformerEncoder": lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 12), 2, nn.LayerNorm(8)),
    "Transformer": lambda: nn.Transformer(8, 2, 2, 1, 12),
}
for key, make in STARTS.items():
    torch.manual_seed(SEED)
    model = make()
    lines.append(f"start {key} : {' '.join(crc(p) for p in model.parameters())} {crc(torch.get_rng_state())}")


def outcome(key, model, y):
    """The output, and of every gradient the sum and the sum of absolute values."""
    (y * torch.arange(1, y.numel() + 1).reshape(y.shape) / y.numel()).sum().backward()
    values = y.flatten().tolist() + [v for p in model.parameters() for v in (p.grad.sum().item(), p.grad.abs().sum().item())]
    lines.append(f"run {key} : {' '.join(map(repr, values))} {crc(torch.get_rng_state())}")


causal = nn.Transformer.generate_square_subsequent_mask
padding = torch.tensor([[False, False, False, True], [False, False, False, False], [False, True, False, True]])
for name, options in (("plain", {}), ("batchFirst", dict(batch_first=True)), ("normFirst", dict(norm_first=True)),
                      ("all", dict(batch_first=True, norm_first=True, activation="gelu", bias=False, layer_norm_eps=0.01))):
    first = options.get("batch_first", False)
    for single in (False, True):
        source, target = ((4, 8), (5, 8)) if single else ((3, 4, 8), (3, 5, 8)) if first else ((4, 3, 8), (5, 3, 8))
        end = name + (" single" if single else "")
        masked = {} if single else dict(src_key_padding_mask=padding)
        torch.manual_seed(SEED)
        model = nn.TransformerEncoderLayer(8, 2, **LAYER, **options)
        outcome(f"encoderLayer {end}", model, model(torch.randn(source), src_mask=causal(4), **masked))
        torch.manual_seed(SEED)
        model = nn.TransformerDecoderLayer(8, 2, **LAYER, **options)
        outcome(f"decoderLayer {end}", model, model(torch.randn(target), torch.randn(source), tgt_mask=causal(5), tgt_is_causal=True,
                                                    **({} if single else dict(memory_key_padding_mask=padding))))
        torch.manual_seed(SEED)
        model = nn.Transformer(8, 2, 2, 2, **LAYER, **options)
        outcome(f"transformer {end}", model, model(torch.randn(source), torch.randn(target), tgt_mask=causal(5), **masked))
for need in (True, False):
    for first in (True, False):
        torch.manual_seed(SEED)
        model = nn.MultiheadAttention(8, 2, dropout=0.3, batch_first=first)
        x = torch.randn(3, 4, 8)
        outcome(f"attention {need} {first}", model, model(x, x, x, need_weights=need)[0])

torch.manual_seed(SEED)
model = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 4, 32, 0.1, batch_first=True), 2)
head = nn.Linear(16, 3)
optimizer = torch.optim.Adam([*model.parameters(), *head.parameters()], lr=1e-3)
x, labels = torch.randn(6, 5, 16), torch.randint(3, (6,))
losses = []
for _ in range(6):
    loss = F.cross_entropy(head(model(x).mean(1)), labels)
    losses.append(loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
lines.append(f"train : {' '.join(map(repr, losses))}")
(OUT / "attention.txt").write_text("\n".join(lines) + "\n")

# ---- printed forms and keys ----

modules = {
    "MultiheadAttention": nn.MultiheadAttention(4, 2), "MultiheadAttention all": nn.MultiheadAttention(4, 2, bias=False, add_bias_kv=True, kdim=3, vdim=5),
    "MultiheadAttention kv": nn.MultiheadAttention(4, 2, add_bias_kv=True, add_zero_attn=True),
    "TransformerEncoderLayer": nn.TransformerEncoderLayer(4, 2), "TransformerDecoderLayer": nn.TransformerDecoderLayer(4, 2, 8, 0.2, bias=False),
    "TransformerEncoder": nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2), 3), "Transformer": nn.Transformer(4, 2, 1, 2, 8),
}
(OUT / "attention-forms.txt").write_text(f"# {HEADER}\n" + "".join(f"== {key}\n{m}\n{' '.join(m.state_dict())}\n" for key, m in modules.items()))
