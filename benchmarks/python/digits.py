"""The whole digits program in PyTorch, for timing it as a process: time python digits.py DATA.csv

The network of ./candela digits: two convolutions with batch normalization and pooling, dropout, a linear output; CrossEntropyLoss, Adam 5e-3 along a
cosine, batches of 64, 80 % of the rows to learn from; saves the model, loads it into a fresh one and compares.
"""

import argparse
import csv
import os
import tempfile

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split


class DigitsNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.norm2 = nn.BatchNorm2d(32)
        self.dropout = nn.Dropout(0.2)
        self.output = nn.Linear(128, 10)

    def forward(self, x):
        y = F.max_pool2d(F.relu(self.norm1(self.conv1(x))), 2)
        y = F.max_pool2d(F.relu(self.norm2(self.conv2(y))), 2)
        return self.output(self.dropout(y.flatten(1)))


def read(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))[1:]
    x = torch.tensor([[float(cell) for cell in row[:64]] for row in rows])
    y = torch.tensor([int(row[64]) for row in rows])
    return x.div(16).reshape(-1, 1, 8, 8), y


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)

    data = TensorDataset(*read(options.data))
    size = len(data) * 8 // 10
    train, test = random_split(data, [size, len(data) - size])
    loader = DataLoader(train, batch_size=64, shuffle=True)

    model = DigitsNet()
    loss_fn = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.epochs)
    for _ in range(options.epochs):
        for inputs, labels in loader:
            loss = loss_fn(model(inputs), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()

    model.eval()
    inputs, labels = (tensor[test.indices] for tensor in data.tensors)
    with torch.no_grad():
        predicted = model(inputs)
    right = int((predicted.argmax(1) == labels).sum())
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "digits-model.pth")
        torch.save(model.state_dict(), path)
        fresh = DigitsNet()
        fresh.load_state_dict(torch.load(path, weights_only=True))
    fresh.eval()
    with torch.no_grad():
        assert torch.equal(fresh(inputs), predicted), "the loaded model predicts something else"
    print(f"test accuracy {right / len(test):.4f} ({right}/{len(test)})")


if __name__ == "__main__":
    main()
