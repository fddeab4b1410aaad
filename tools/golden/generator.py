"""Writes the golden values of GeneratorTest with PyTorch's CPU generator.

Run from the repository's root, on an x86-64 processor with AVX2 and FMA, with the PyTorch that the first line of the result names:

    python tools/golden/generator.py

It writes generator.txt and generator-state.bin to framework-core/src/test/resources/golden. Each line of generator.txt is a case: a name, its
arguments, and after a colon what PyTorch gave. Numbers stand as the CRC-32 of their little-endian bytes, or as their bits in hexadecimal.
"""

import pathlib
import struct
import zlib

import torch

OUT = pathlib.Path("framework-core/src/test/resources/golden")
SEEDS = [0, 1, 42, -1, 2**31, 2**63 - 1]
SIZES = [1, 7, 8, 15, 16, 17, 31, 32, 33, 100, 1000, 4097]
FLOAT, DOUBLE = torch.float32, torch.float64

OUT.mkdir(parents=True, exist_ok=True)
lines = [
    f"# torch {torch.__version__}, capability {torch.backends.cpu.get_cpu_capability()}; each line has its seed; made by tools/golden/generator.py"
]


def crc(data):
    if isinstance(data, torch.Tensor):
        data = data.detach().contiguous().numpy().tobytes()
    return f"{zlib.crc32(data):08x}"


def state(generator):
    return generator.get_state().numpy().tobytes()


def bits(values):
    code = {FLOAT: ">f", DOUBLE: ">d", torch.int64: ">q"}[values.dtype]
    return [struct.pack(code, v).hex() for v in values.flatten().tolist()]


def case(name, *result):
    lines.append(" ".join([name, ":", *map(str, result)]))


def filled(dtype, size, fill):
    tensor = torch.empty(size, dtype=dtype)
    fill(tensor)
    return tensor


# Every distribution, all sizes in a row from one generator, so that the normal number left over by a small odd size meets the next.
for seed in SEEDS:
    kinds = {
        "uniform32 0.0 1.0": lambda n, g: filled(FLOAT, n, lambda t: t.uniform_(0, 1, generator=g)),
        "uniform64 0.0 1.0": lambda n, g: filled(DOUBLE, n, lambda t: t.uniform_(0, 1, generator=g)),
        "uniform32 -0.3 1.1": lambda n, g: filled(FLOAT, n, lambda t: t.uniform_(-0.3, 1.1, generator=g)),
        "uniform64 -0.3 1.1": lambda n, g: filled(DOUBLE, n, lambda t: t.uniform_(-0.3, 1.1, generator=g)),
        "normal32 0.0 1.0": lambda n, g: torch.randn(n, generator=g),
        "normal64 0.0 1.0": lambda n, g: torch.randn(n, dtype=DOUBLE, generator=g),
        "normal32 1.3 0.7": lambda n, g: filled(FLOAT, n, lambda t: t.normal_(1.3, 0.7, generator=g)),
        "normal64 1.3 0.7": lambda n, g: filled(DOUBLE, n, lambda t: t.normal_(1.3, 0.7, generator=g)),
        "randint 0 10": lambda n, g: torch.randint(10, (n,), generator=g),
        "randint -5 268435450": lambda n, g: torch.randint(-5, 2**28 - 6, (n,), generator=g),
        "randint -5 268435451": lambda n, g: torch.randint(-5, 2**28 - 5, (n,), generator=g),
        "randint 0 5000000000": lambda n, g: torch.randint(5_000_000_000, (n,), generator=g),
        f"randint {-2**63} {2**63 - 1}": lambda n, g: torch.randint(-2**63, 2**63 - 1, (n,), generator=g),
        "bernoulli 0.37": lambda n, g: filled(FLOAT, n, lambda t: t.bernoulli_(0.37, generator=g)),
        "bernoulli32": lambda n, g: torch.bernoulli(torch.arange(n, dtype=FLOAT) / n, generator=g),
        "bernoulli64": lambda n, g: torch.bernoulli(torch.arange(n, dtype=DOUBLE) / n, generator=g),
        "exponential32 1.7": lambda n, g: filled(FLOAT, n, lambda t: t.exponential_(1.7, generator=g)),
        "exponential64 1.7": lambda n, g: filled(DOUBLE, n, lambda t: t.exponential_(1.7, generator=g)),
    }
    for kind, draw in kinds.items():
        generator = torch.Generator().manual_seed(seed)
        case(f"fill {seed} {kind}", *(crc(draw(n, generator)) for n in SIZES), crc(state(generator)))

# A million of each, for the rare cases of logarithm, sine and cosine; the first values are legible.
for name, dtype in (("normal32", FLOAT), ("normal64", DOUBLE)):
    values = torch.randn(1_000_003, dtype=dtype, generator=torch.Generator().manual_seed(2023))
    case(f"large 2023 {name}", crc(values), *bits(values[:3]))
pairs = torch.Generator().manual_seed(2023)
case("pairs 2023 100000", crc(torch.cat([torch.randn(1, dtype=DOUBLE, generator=pairs) for _ in range(100_000)])))

for seed in SEEDS:
    generator = torch.Generator().manual_seed(seed)
    permutations = [torch.randperm(n, generator=generator) for n in (0, 1, 5, 1000, 100_000)]
    case(f"randperm {seed}", *map(crc, permutations), *permutations[2].tolist(), crc(state(generator)))

for seed in SEEDS:
    torch.manual_seed(seed)
    kept = torch.nn.functional.dropout(torch.ones(3001), 0.3) > 0
    case(f"dropout {seed} 0.3 3001", crc(kept.to(FLOAT)), crc(state(torch.default_generator)))

# The start values of Linear layers built one after the other.
for seed in (0, 42):
    torch.manual_seed(seed)
    results = []
    for fan_in, fan_out in ((4, 8), (8, 3), (784, 512)):
        linear = torch.nn.Linear(fan_in, fan_out)
        results += [crc(linear.weight), *bits(linear.weight[0, :2]), crc(linear.bias), *bits(linear.bias[:2])]
    case(f"linear {seed}", *results)

# A state with a normal number left over, and what follows it.
generator = torch.Generator().manual_seed(7)
torch.rand(3, generator=generator)
torch.randn(1, generator=generator)
(OUT / "generator-state.bin").write_bytes(state(generator))
case(
    "resume 7",
    *bits(torch.rand(2, generator=generator)),
    *bits(torch.randn(2, generator=generator)),
    *bits(torch.randn(2, dtype=DOUBLE, generator=generator)),
    crc(torch.randn(17, generator=generator)),
    *torch.randint(-3, 5_000_000_000, (3,), generator=generator).tolist(),
    crc(torch.rand(1000, generator=generator)),
    crc(state(generator)),
)
for seed in SEEDS:
    case(f"seed {seed}", torch.Generator().manual_seed(seed).initial_seed(), crc(state(torch.Generator().manual_seed(seed))))
case("seed default", torch.Generator().initial_seed(), crc(state(torch.Generator())))

(OUT / "generator.txt").write_text("\n".join(lines) + "\n")
