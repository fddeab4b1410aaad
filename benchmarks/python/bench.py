"""The Python twin of the JMH subjects: the same work on the same numbers in PyTorch. Prints one line per subject and variant.

    python bench.py            times everything
    python bench.py --check    prints the losses that PeerCheck.java expects
"""

import argparse
import os
import tempfile
import time

for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # settings meant for another processor
    os.environ.pop(name, None)

import torch
from torch import nn

IRIS = (5, True, (4, 8, 3))
MLP = (128, False, (784, 512, 256, 10))
VARIANTS = {"default": {}, "foreach": {"foreach": True}, "fused": {"fused": True}}


def numbers(n, seed, bound):
    """n numbers spread evenly over (-bound, bound), as in Workload.numbers."""
    mask = 0xFFFFFFFF
    h = (torch.arange(n, dtype=torch.int64) + seed * 0x9E3779B9) & mask
    h = ((h ^ h >> 16) * 0x85EBCA6B) & mask
    h = ((h ^ h >> 13) * 0xC2B2AE35) & mask
    h = h ^ h >> 16
    h = torch.where(h >= 1 << 31, h - (1 << 32), h)
    return (bound * h.double() / (1 << 31)).float()


class Workload:
    """A fully connected network with ReLU between the layers and one batch: Workload.java."""

    def __init__(self, batch, log_softmax, widths, adam=None):
        half = batch // 2
        rows = torch.arange(batch)
        self.inputs = numbers(batch * widths[0], 1, 1).reshape(batch, -1)
        for row in range(half, batch):
            self.inputs[row] = self.inputs[row - half]
        self.labels = (rows % half + rows // half) % widths[-1]
        layers = []
        for i, (fan_in, fan_out) in enumerate(zip(widths, widths[1:])):
            linear = nn.Linear(fan_in, fan_out)
            with torch.no_grad():
                linear.weight.copy_(numbers(fan_out * fan_in, 2 + 2 * i, fan_in**-0.5).reshape(fan_out, fan_in))
                linear.bias.copy_(numbers(fan_out, 3 + 2 * i, fan_in**-0.5))
            layers += [linear, nn.ReLU()]
        layers[-1:] = [nn.LogSoftmax(1)] if log_softmax else []
        self.model = nn.Sequential(*layers)
        self.loss_fn = nn.NLLLoss() if log_softmax else nn.CrossEntropyLoss()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3, **(adam or {}))

    def loss(self):
        return self.loss_fn(self.model(self.inputs), self.labels)

    def step(self):
        self.optimizer.zero_grad()
        self.loss().backward()
        self.optimizer.step()

    def infer(self):
        with torch.inference_mode():
            return self.model(self.inputs)


class Lstm:
    """Two layers over a batch of sequences: LstmWork.java."""

    def __init__(self, adam=None):
        self.inputs = numbers(64 * 32 * 128, 1, 1).reshape(64, 32, 128)
        self.targets = numbers(64 * 32 * 128, 2, 0.5).reshape(64, 32, 128)
        self.model = nn.LSTM(128, 128, num_layers=2)
        with torch.no_grad():
            for i, parameter in enumerate(self.model.parameters()):
                parameter.copy_(numbers(parameter.numel(), 3 + i, 128**-0.5).reshape(parameter.shape))
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3, **(adam or {}))

    def loss(self):
        return nn.functional.mse_loss(self.model(self.inputs)[0], self.targets)

    step = Workload.step


def microseconds(work, rounds=15, seconds=0.3):
    """Mean and best of the rounds after warming up, per call."""
    end = time.perf_counter() + 2 * seconds
    calls = 0
    while time.perf_counter() < end:
        work()
        calls += 1
    calls = max(1, calls // 2)
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(calls):
            work()
        times.append((time.perf_counter() - start) / calls * 1e6)
    return sum(times) / len(times), min(times)


def report(subject, variant, work):
    mean, best = microseconds(work)
    print(f"{subject:<14} {variant:<10} {mean:12.2f} {best:12.2f}", flush=True)


def check():
    works = {
        "iris": lambda adam: Workload(*IRIS, adam=adam), "mlp": lambda adam: Workload(*MLP, adam=adam), "lstm": lambda adam: Lstm(adam),
    }
    for name, make in works.items():
        for variant, adam in VARIANTS.items():
            work = make(adam)
            first = work.loss().item()
            for _ in range(100):
                work.step()
            print(f"{name} {variant}: loss {first:.6f}, after 100 steps {work.loss().item():.6f}")


def bench():
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads; microseconds per call")
    print(f"{'subject':<14} {'variant':<10} {'mean':>12} {'best':>12}")
    for variant, adam in VARIANTS.items():
        report("IrisStep", variant, Workload(*IRIS, adam=adam).step)
    report("IrisForward", "inference", Workload(*IRIS).infer)
    for variant, adam in VARIANTS.items():
        report("MlpStep", variant, Workload(*MLP, adam=adam).step)
    for variant, adam in VARIANTS.items():
        report("LstmStep", variant, Lstm(adam).step)
    a, b = numbers(40, 1, 1).reshape(5, 8), numbers(40, 2, 1).reshape(5, 8)
    lhs, rhs = numbers(20, 1, 1).reshape(5, 4), numbers(32, 2, 1).reshape(4, 8)
    square = [numbers(1 << 20, seed, 1).reshape(1024, 1024) for seed in (1, 2)]
    report("TinyOps", "add", lambda: a + b)
    report("TinyOps", "mul", lambda: a * b)
    report("TinyOps", "relu", lambda: torch.relu(a))
    report("TinyOps", "matmul", lambda: lhs @ rhs)
    report("Matmul", "1024", lambda: square[0] @ square[1])
    bench_files()


def bench_files():
    """SavedModel.java: 256 MiB in 64 matrices."""
    state = {f"layers.{i}.weight": numbers(1 << 20, 1, 1).reshape(1024, 1024) + i for i in range(64)}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.pth")
        report("SaveLoad", "save", lambda: torch.save(state, path))
        report("SaveLoad", "load", lambda: torch.load(path))
        report("SaveLoad", "loadMapped", lambda: torch.load(path, mmap=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="print losses instead of times")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    check() if options.check else bench()
