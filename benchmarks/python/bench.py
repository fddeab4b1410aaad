"""The Python twin of the JMH subjects: the same work on the same numbers in PyTorch. Prints one line per subject and variant.

    python bench.py                  times everything
    python bench.py OptimizerStep    times the subjects that begin so
    python bench.py --check          prints the losses that PeerCheck.java expects
"""

import argparse
import os
import tempfile
import time

for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # settings meant for another processor
    os.environ.pop(name, None)

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

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


def batch_of(batch, features, classes):
    """A batch whose second half repeats the first with other labels, as in Workload.inputs and labels."""
    half = max(1, batch // 2)
    rows = torch.arange(batch)
    inputs = numbers(batch * features, 1, 1).reshape(batch, features)
    return inputs[rows % half], (rows % half + rows // half) % classes


class Workload:
    """A fully connected network with ReLU between the layers and one batch: Workload.java."""

    def __init__(self, batch, log_softmax, widths, adam=None):
        self.inputs, self.labels = batch_of(batch, widths[0], widths[-1])
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


class TutorialCnn(nn.Module):
    """The network of PyTorch's CIFAR-10 tutorial."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.conv2(x))).flatten(1)
        return self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(x)))))


def normalized(fan_in, fan_out, kernel, stride=1):
    return [nn.Conv2d(fan_in, fan_out, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(fan_out)]


class Residual(nn.Module):
    def __init__(self, fan_in, width):
        super().__init__()
        stride = 1 if fan_in == width else 2
        self.branch = nn.Sequential(*normalized(fan_in, width, 3, stride), nn.ReLU(inplace=True), *normalized(width, width, 3))
        self.shortcut = nn.Identity() if stride == 1 else nn.Sequential(*normalized(fan_in, width, 1, stride))

    def forward(self, x):
        return self.branch(x).add_(self.shortcut(x)).relu_()


def resnet18():
    """18 layers with the stem for CIFAR."""
    widths = [64, 64, 64, 128, 128, 256, 256, 512, 512]
    blocks = [Residual(fan_in, width) for fan_in, width in zip(widths, widths[1:])]
    return nn.Sequential(*normalized(3, 64, 3), nn.ReLU(inplace=True), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


class Images:
    """A convolutional network and one batch: ImageWork.java."""

    def __init__(self, make, batch, sgd=None, channels_last=False):
        inputs, self.labels = batch_of(batch, 3 * 32 * 32, 10)
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self.inputs = inputs.reshape(batch, 3, 32, 32).contiguous(memory_format=layout)
        self.model = make()
        scales = {module.weight for module in self.model.modules() if isinstance(module, nn.BatchNorm2d)}
        shifts = {module.bias for module in self.model.modules() if isinstance(module, nn.BatchNorm2d)}
        with torch.no_grad():
            for i, parameter in enumerate(self.model.parameters()):
                if parameter.dim() > 1:
                    fan_in = parameter[0].numel()
                bound = 0.1 if parameter in scales or parameter in shifts else fan_in**-0.5
                parameter.copy_(numbers(parameter.numel(), 2 + i, bound).reshape(parameter.shape) + (parameter in scales))
        self.model.to(memory_format=layout)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01, momentum=0.9, **(sgd or {}))

    def loss(self):
        return nn.functional.cross_entropy(self.model(self.inputs), self.labels)

    step = Workload.step
    infer = Workload.infer


class Conv:
    """One convolution: ConvWork.java."""

    def __init__(self, channels_last):
        layout = torch.channels_last if channels_last else torch.contiguous_format
        shape = (32, 64, 28, 28)
        self.inputs = numbers(32 * 64 * 28 * 28, 1, 1).reshape(shape).contiguous(memory_format=layout)
        self.weight = numbers(64 * 64 * 9, 2, 1 / 24).reshape(64, 64, 3, 3).contiguous(memory_format=layout)
        self.bias = numbers(64, 3, 1 / 24)
        self.gradient = numbers(32 * 64 * 28 * 28, 4, 0.01).reshape(shape).contiguous(memory_format=layout)

    def forward(self):
        with torch.inference_mode():
            return nn.functional.conv2d(self.inputs, self.weight, self.bias, padding=1)

    def backward(self):
        with torch.inference_mode():
            return torch.ops.aten.convolution_backward(
                self.gradient, self.inputs, self.weight, [64], [1, 1], [1, 1], [1, 1], False, [0, 0], 1, [True, True, True])


class Optimizer:
    """Parameters with gradients that stay the same: OptimizerWork.java."""

    SIZES = {"ONE_1M": (1, 1_000_000), "MANY_25M": (200, 125_000), "TINY": (60, 10)}

    def __init__(self, kind, sizes, variant):
        tensors, elements = self.SIZES[sizes]
        self.parameters = [nn.Parameter(numbers(elements, 2 * i, 1)) for i in range(tensors)]
        for i, parameter in enumerate(self.parameters):
            parameter.grad = numbers(elements, 2 * i + 1, 1)
        if kind == "ADAM":
            self.optimizer = torch.optim.Adam(self.parameters, lr=1e-3, **variant)
        else:
            self.optimizer = torch.optim.SGD(self.parameters, lr=1e-3, momentum=0.9, **variant)

    def step(self):
        self.optimizer.step()

    def norm(self):
        return sum(parameter.double().square().sum().item() for parameter in self.parameters)


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


def report(subject, variant, work, calls=1):
    """Times what is asked for; a call of work does so many of what is counted."""
    if subject.startswith(options.subject):
        mean, best = microseconds(work)
        print(f"{subject:<15} {variant:<21} {mean / calls:12.2f} {best / calls:12.2f}", flush=True)


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
    for kind in ("ADAM", "SGD"):
        for variant, settings in VARIANTS.items():
            work = Optimizer(kind, "TINY", settings)
            for _ in range(100):
                work.step()
            print(f"{kind} {variant}: sum of squares after 100 steps {work.norm():.6f}")

    sgds = {"default": {}, "fused": {"fused": True}, "nesterov": {"nesterov": True}}
    for name, make, batch, steps in (("cnn", TutorialCnn, 64, 100), ("resnet18", resnet18, 16, 3)):
        for variant, sgd in sgds.items():
            for channels_last in (False, True):
                work = Images(make, batch, sgd, channels_last)
                first = work.loss().item()
                for _ in range(steps):
                    work.step()
                last = work.loss().item()
                work.model.eval()
                layout = " channels last" * channels_last
                print(f"{name} {variant}{layout}: loss {first:.6f}, after {steps} steps {last:.6f}, evaluated {work.loss().item():.6f}")


def bench():
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads; microseconds per call")
    print(f"{'subject':<15} {'variant':<21} {'mean':>12} {'best':>12}")
    for variant, adam in VARIANTS.items():
        report("IrisStep", variant, Workload(*IRIS, adam=adam).step)
    report("IrisForward", "inference", Workload(*IRIS).infer)
    for variant, adam in VARIANTS.items():
        report("MlpStep", variant, Workload(*MLP, adam=adam).step)
    for variant, adam in VARIANTS.items():
        report("LstmStep", variant, Lstm(adam).step)
    bench_optimizers()
    bench_loader()
    bench_images()
    a, b = numbers(40, 1, 1).reshape(5, 8), numbers(40, 2, 1).reshape(5, 8)
    lhs, rhs = numbers(20, 1, 1).reshape(5, 4), numbers(32, 2, 1).reshape(4, 8)
    square = [numbers(1 << 20, seed, 1).reshape(1024, 1024) for seed in (1, 2)]
    report("TinyOps", "add", lambda: a + b)
    report("TinyOps", "mul", lambda: a * b)
    report("TinyOps", "relu", lambda: torch.relu(a))
    report("TinyOps", "matmul", lambda: lhs @ rhs)
    report("Matmul", "1024", lambda: square[0] @ square[1])
    bench_files()


def bench_optimizers():
    if not "OptimizerStep".startswith(options.subject):
        return  # making 25 million numbers takes a while
    for kind in ("ADAM", "SGD"):
        for sizes in Optimizer.SIZES:
            for name, variant in VARIANTS.items():
                report("OptimizerStep", f"{kind} {sizes} {name}", Optimizer(kind, sizes, variant).step)


def bench_loader():
    """LoaderEpoch.java: microseconds per batch."""
    for split in (False, True):
        count = 1760 if split else 1408
        data = TensorDataset(numbers(count * 64, 1, 1).reshape(count, 1, 8, 8), torch.arange(count) % 10)
        if split:
            data = random_split(data, [1408, count - 1408])[0]
        loader = DataLoader(data, batch_size=64, shuffle=True)
        report("LoaderEpoch", "split" if split else "whole", lambda: [None for _ in loader], len(loader))


def bench_images():
    """Each in PyTorch's default layout and with channels last."""
    for layout, channels_last in (("", False), (" last", True)):
        for variant, sgd in (("default", {}), ("fused", {"fused": True})):
            report("CnnStep 64", variant + layout, Images(TutorialCnn, 64, sgd, channels_last).step)
            report("CnnStep 1", variant + layout, Images(TutorialCnn, 1, sgd, channels_last).step)
            report("ResNet18Step", variant + layout, Images(resnet18, 16, sgd, channels_last).step)
        for batch in (16, 1):
            work = Images(resnet18, batch, channels_last=channels_last)
            work.model.eval()
            report(f"ResNet18Eval {batch}", "inference" + layout, work.infer)
        conv = Conv(channels_last)
        report("ConvForward", "inference" + layout, conv.forward)
        report("ConvBackward", "gradients" + layout, conv.backward)


def bench_files():
    """SavedModel.java: 256 MiB in 64 matrices."""
    if not "SaveLoad".startswith(options.subject):
        return
    state = {f"layers.{i}.weight": numbers(1 << 20, 1, 1).reshape(1024, 1024) + i for i in range(64)}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.pth")
        report("SaveLoad", "save", lambda: torch.save(state, path))
        report("SaveLoad", "load", lambda: torch.load(path))
        report("SaveLoad", "loadMapped", lambda: torch.load(path, mmap=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("subject", nargs="?", default="", help="how the names of the subjects begin; all by default")
    parser.add_argument("--check", action="store_true", help="print losses instead of times")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    check() if options.check else bench()
