"""Writes the golden values of io.candela.nn.models with torchvision, whose networks they are.

Run from the repository's root, with the PyTorch and torchvision that the result's first line names:

    python tools/golden/models.py

It writes framework-nn/src/test/resources/golden/models.txt, blocks of lines after "== name":

    keys NAME        every key of the state dict with its shape, in order
    start NAME       CRC-32 of all start values after one another, and of the generator's state after them
    eval NAME        the first logits in evaluation mode for torch.randn drawn next from the generator
    train NAME       the losses of five SGD steps (see train below)
    train64 NAME     of three in float64
"""

import pathlib
import zlib

import torch
import torchvision
from torch import nn
from torchvision.models import mobilenet_v2, resnet18, resnet34, resnet50, vgg11, vgg11_bn

SEED = 20250712
OUT = pathlib.Path("framework-nn/src/test/resources/golden/models.txt")

torch.set_num_threads(2)
blocks = [f"# torch {torch.__version__}, torchvision {torchvision.__version__}, seed {SEED}; made by tools/golden/models.py"]


class TutorialCnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.pool, self.conv2 = nn.Conv2d(3, 6, 5), nn.MaxPool2d(2, 2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.conv2(x))).flatten(1)
        return self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(x)))))


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.pool, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.AvgPool2d(2, 2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(torch.tanh(self.conv1(x)))
        x = self.pool(torch.tanh(self.conv2(x))).flatten(1)
        return self.fc3(torch.tanh(self.fc2(torch.tanh(self.fc1(x)))))


def cifar(make, classes):
    """torchvision's network with the stem for images of 32x32 in place of its own, so that start values are drawn in order."""
    conv, pool = nn.Conv2d, nn.MaxPool2d

    class Small(conv):
        def __init__(self, i, o, **options):
            if options["kernel_size"] == 7:
                options.update(kernel_size=3, stride=1, padding=1)
            super().__init__(i, o, **options)

    nn.Conv2d, nn.MaxPool2d = Small, lambda **options: nn.Identity()
    try:
        return make(num_classes=classes)
    finally:
        nn.Conv2d, nn.MaxPool2d = conv, pool


def train(model, shape, lr=0.01, steps=5):
    """Steps of SGD with momentum and weight decay, each on the same images."""
    x, y = torch.randn(shape), torch.randint(0, 10, shape[:1])
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=5e-4)
    losses = []
    for _ in range(steps):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(f"{loss.item():.7g}")
    return losses


def crc(tensors):
    total = 0
    for t in tensors:
        total = zlib.crc32(t.detach().contiguous().numpy().tobytes(), total)
    return f"{total:08x}"


MODELS = {
    "TutorialCnn": (TutorialCnn, (8, 3, 32, 32)), "LeNet5": (LeNet5, (8, 1, 28, 28)),
    "resnet18 cifar": (lambda: cifar(resnet18, 10), (8, 3, 32, 32)), "resnet18": (lambda: resnet18(num_classes=10), (2, 3, 64, 64)),
    "resnet34": (lambda: resnet34(num_classes=10), None), "resnet50": (lambda: resnet50(num_classes=10), (2, 3, 64, 64)),
    "mobilenetV2": (lambda: mobilenet_v2(num_classes=10), (4, 3, 64, 64)), "vgg11": (lambda: vgg11(num_classes=10), None),
    "vgg11Bn": (lambda: vgg11_bn(num_classes=10), None),
}
for name, (make, shape) in MODELS.items():
    torch.manual_seed(SEED)
    model = make()
    blocks.append(f"== keys {name}")
    blocks += [f"{k} {tuple(v.shape)}" for k, v in model.state_dict().items()]
    blocks.append(f"== start {name}")
    blocks.append(f"{crc(model.state_dict().values())} {crc([torch.get_rng_state()])}")
    if shape:
        model.eval()
        with torch.no_grad():
            blocks += [f"== eval {name}", " ".join(f"{v:.7g}" for v in model(torch.randn(shape))[0].tolist())]
        model.train()
        if shape[2] == 64 and name != "resnet18":
            # In float32 PyTorch's own losses with one and two threads differ by a tenth after a step: float64, on a few small images.
            torch.set_default_dtype(torch.float64)
            blocks += [f"== train64 {name}", " ".join(train(model.double(), (4, 3, 32, 32), 1e-3, 3))]
            torch.set_default_dtype(torch.float32)
        else:
            blocks += [f"== train {name}", " ".join(train(model, shape, 1e-3 if name.startswith("resnet") else 0.01))]
OUT.write_text("\n".join(blocks) + "\n")
print(OUT, OUT.stat().st_size, "bytes")
