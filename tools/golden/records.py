"""Golden values in the format that the tests' class Golden reads and describes: operands, PyTorch's results, and the gradients.

Gradients are those for a result's gradient whose element i is ((5 i + 3 k) % 13 - 6) / 4, with k the number of the result.
"""

import gzip
import struct
import sys

import torch

B, U8, I32, I64, F32, F64 = torch.bool, torch.uint8, torch.int32, torch.int64, torch.float32, torch.float64
I8, I16, F16, BF16 = torch.int8, torch.int16, torch.float16, torch.bfloat16
CODES = {B: ("?", 0), U8: ("B", 1), I32: ("i", 2), I64: ("q", 3), F32: ("f", 4), F64: ("d", 5), I8: ("b", 6), I16: ("h", 7), F16: ("h", 8), BF16: ("h", 9)}


def text(s):
    data = s.encode()
    return struct.pack(">H", len(data)) + data


def tensor(t):
    t = t.detach()
    code, number = CODES[t.dtype]
    flat = (t.contiguous().view(I16) if t.dtype in (F16, BF16) else t).flatten().tolist()
    return struct.pack(">BB", number, t.dim()) + struct.pack(f">{t.dim()}i", *t.shape) + struct.pack(f">{len(flat)}{code}", *flat)


def upstream(t, k):
    i = torch.arange(t.numel(), dtype=F64)
    return (((5 * i + 3 * k) % 13 - 6) / 4).to(t.dtype).reshape(t.shape)


def uniform(shape, dtype=F32, low=-2.0, high=2.0):
    """Multiples of 1/64, which compress, none of them a multiple of 1/32, where the kinks are."""
    steps = int((high - low) * 32)
    return ((torch.randint(steps, shape).to(F64) * 2 + 1) / 64 + low).to(dtype)


class Records:
    def __init__(self):
        self.body = bytearray()
        self.names = set()

    def record(self, row, tag, fn, *inputs, grad=True):
        """A call of fn under the name "row|tag"; gradients for all operands of floating point."""
        name = f"{row}|{tag}"
        assert name not in self.names, name
        leaves = [x.detach().clone() for x in inputs]
        for x in leaves:
            x.requires_grad_(grad and x.is_floating_point())
        head = text(name)
        operands = bytes([len(leaves)]) + b"".join(tensor(x) for x in leaves)
        try:
            result = fn(*leaves)
        except (RuntimeError, IndexError, TypeError, ValueError, ZeroDivisionError, NotImplementedError) as e:
            if "implemented" in str(e) or not tag.startswith("types"):
                print(f"left out {name}: {e}".splitlines()[0], file=sys.stderr)
                return
            self.names.add(name)
            self.body.extend(head + b"\1" + operands)
            return
        results = list(result) if isinstance(result, (tuple, list)) else [result]
        gradients = [None] * len(leaves)
        paths = [(r, upstream(r, k)) for k, r in enumerate(results) if r.requires_grad]
        wanted = [i for i, x in enumerate(leaves) if x.requires_grad]
        if paths and wanted:
            found = torch.autograd.grad([p[0] for p in paths], [leaves[i] for i in wanted], [p[1] for p in paths], allow_unused=True)
            for i, g in zip(wanted, found):
                gradients[i] = g
        self.names.add(name)
        self.body.extend(head + b"\0" + operands + bytes([len(results)]) + b"".join(tensor(r) for r in results))
        self.body.append(len(gradients))
        for g in gradients:
            self.body.extend(b"\0" if g is None else b"\1" + tensor(g))

    def write(self, path, header):
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file, gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=9, mtime=0) as packed:
            packed.write(b"CANDELA1" + text(header) + struct.pack(">i", len(self.names)) + bytes(self.body))
        print(f"{path}: {len(self.names)} records, {path.stat().st_size} bytes")
