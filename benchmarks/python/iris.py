"""The whole iris program in PyTorch, for timing it as a process: time python iris.py DATA.csv

4-8-3 with ReLU and LogSoftmax, NLLLoss, Adam 1e-3, batches of 5, 70 % of the rows to learn from; saves the model, loads it into a fresh one and compares.
"""

import argparse
import csv
import os
import tempfile

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SPECIES = ("setosa", "versicolor", "virginica")


class Multiclass(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 8)
        self.act = nn.ReLU()
        self.output = nn.Linear(8, 3)
        self.logsoftmax = nn.LogSoftmax(dim=1)

    def forward(self, x):
        return self.logsoftmax(self.output(self.act(self.hidden(x))))


def read(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))[1:]
    x = torch.tensor([[float(cell) for cell in row[:4]] for row in rows])
    y = torch.tensor([SPECIES.index(row[4]) for row in rows])
    return x, y


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fused", action="store_true", help="Adam's fused form")
    options = parser.parse_args()
    torch.manual_seed(options.seed)

    x, y = read(options.data)
    order = torch.randperm(len(x))
    split = round(0.7 * len(x))
    train, test = order[:split], order[split:]
    loader = DataLoader(TensorDataset(x[train], y[train]), batch_size=5, shuffle=True)

    model = Multiclass()
    loss_fn = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=options.fused or None)
    for _ in range(options.epochs):
        for inputs, labels in loader:
            loss = loss_fn(model(inputs), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    with torch.no_grad():
        predicted = model(x[test])
    right = int((predicted.argmax(1) == y[test]).sum())
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "iris-model.pth")
        torch.save(model.state_dict(), path)
        fresh = Multiclass()
        fresh.load_state_dict(torch.load(path, weights_only=True))
    with torch.no_grad():
        assert torch.equal(fresh(x[test]), predicted), "the loaded model predicts something else"
    print(f"test accuracy {right / len(test):.4f} ({right}/{len(test)})")


if __name__ == "__main__":
    main()
