"""The table of io.candela.benchmarks.gpu.GpuTable in PyTorch: python gpu.py [--device cuda:0] [--small]

One line per row, name and value with a tab between. Rows with "captured" replay a CUDA graph.
"""

import argparse
import os
import tempfile
import time

import torch
from torch import nn


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    device, small = torch.device(options.device), options.small

    def synchronize():
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    def timed(work, runs):
        synchronize()
        start = time.perf_counter()
        for _ in range(runs):
            work()
        synchronize()
        return time.perf_counter() - start

    def seconds(work):
        if small:
            return timed(work, 1)
        for _ in range(3):
            work()
        runs = max(1, int(min(1000, 0.5 / max(timed(work, 1), 1e-6))))
        return sorted(timed(work, runs) / runs for _ in range(5))[2]

    def row(name, unit, measure):
        try:
            value = f"{measure():.3f} {unit}"
        except (RuntimeError, ImportError) as e:
            value = "failed: " + str(e).splitlines()[0]
        print(f"{name}\t{value}", flush=True)
        if device.type == "cuda":
            torch.cuda.empty_cache()

    n = 256 if small else 8192

    def matmul(dtype, tf32=False):
        a, b = (torch.randn(n, n, device=device, dtype=dtype) for _ in range(2))
        torch.backends.cuda.matmul.allow_tf32 = tf32
        try:
            return 2 * n**3 / seconds(lambda: a @ b) / 1e12
        finally:
            torch.backends.cuda.matmul.allow_tf32 = False

    row(f"matmul {n} float32", "TFLOP/s", lambda: matmul(torch.float32))
    if device.type == "cuda":
        row(f"matmul {n} float32 by TF32", "TFLOP/s", lambda: matmul(torch.float32, True))
    row(f"matmul {n} bfloat16", "TFLOP/s", lambda: matmul(torch.bfloat16))

    parameters = 100_000 if small else 25_000_000

    def copy():
        source = torch.randn(parameters, device=device)
        target = torch.zeros_like(source)
        return 8 * parameters / seconds(lambda: target.copy_(source)) / 1e9

    def adam():
        weight = torch.randn(parameters, device=device, requires_grad=True)
        weight.mul(weight).sum().backward()
        return seconds(torch.optim.Adam([weight], lr=1e-3, fused=True).step)

    row(f"a copy of {parameters} float32 on the device", "GB/s", copy)
    row(f"Adam step, {parameters} parameters", "ms", lambda: 1e3 * adam())
    row("the same, memory read and written", "GB/s", lambda: 28 * parameters / adam() / 1e9)

    def cnn():
        return nn.Sequential(
            nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
            nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))

    def resnet50():
        from torchvision.models import resnet50 as model
        return model()

    def step(model, side, classes, batch, low=False, captured=False):
        form = torch.channels_last if low else torch.contiguous_format
        model = model.to(device, memory_format=form)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
        loss_fn = nn.CrossEntropyLoss()
        x = torch.randn(batch, 3, side, side, device=device).contiguous(memory_format=form)
        y = torch.randint(0, classes, (batch,), device=device)

        def one():
            optimizer.zero_grad()
            with torch.autocast(device.type, torch.bfloat16, enabled=low):
                loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()

        if not captured:
            return seconds(one)
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                one()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            one()
        return seconds(graph.replay)

    def both(name, unit, model, side, classes, batch, low, of_seconds):
        row(name, unit, lambda: of_seconds(step(model(), side, classes, batch, low)))
        if device.type == "cuda":
            row(name + ", captured", unit, lambda: of_seconds(step(model(), side, classes, batch, low, True)))

    batch = 4 if small else 64
    both(f"tutorial CNN, training step, batch {batch}", "ms", cnn, 32, 10, batch, False, lambda s: 1e3 * s)
    images, side = (2, 32) if small else (128, 224)
    for kind in ("float32", "TF32", "bfloat16 by autocast, channels-last"):
        if kind == "TF32" and device.type != "cuda":
            continue
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = kind == "TF32"
        name = f"ResNet-50, training, batches of {images} images of {side}, {kind}"
        both(name, "images/s", resnet50, side, 1000, images, kind.startswith("bfloat16"), lambda s: images / s)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = True

    megabytes = 16 if small else 1024

    def save():
        state = {f"weight{i}": torch.ones(megabytes // 4, 1 << 18, device=device) for i in range(4)}
        times = []
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(3):
                synchronize()
                start = time.perf_counter()
                torch.save(state, os.path.join(folder, "m.pth"))
                times.append(time.perf_counter() - start)
        return megabytes * 1048576 / sorted(times)[1] / 1e9

    row(f"save a checkpoint of {megabytes} MiB", "GB/s", save)


if __name__ == "__main__":
    main()
