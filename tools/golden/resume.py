#!/usr/bin/env python3
"""Makes the files of examples/src/test/resources/golden/resume with PyTorch: a training that is saved in its midst, as io.candela.io.Checkpointer
lays a checkpoint out, and what it comes to without a stop. Needs torch.

    python tools/golden/resume.py

The batches and the dropout are drawn from the default generator, whose state is in the checkpoint. The last layer before the batch normalization has
no bias: its gradient would be rounding noise, which Adam makes steps of.
"""
import pathlib

import torch

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "examples/src/test/resources/golden/resume"
SEED = 3
ROWS = 60
SAVED_AT = 13
STEPS = 30


def data():
    x = ((torch.arange(ROWS * 4) * 37 % 101).float() / 64 - 0.75).reshape(ROWS, 4)  # exact in float32
    return x, torch.arange(ROWS) * 7 % 3


class Run:
    def __init__(self):
        torch.manual_seed(SEED)
        self.x, self.y = data()
        self.model = torch.nn.Sequential(torch.nn.Linear(4, 16, bias=False), torch.nn.BatchNorm1d(16), torch.nn.ReLU(), torch.nn.Dropout(0.2),
                                         torch.nn.Linear(16, 3))
        self.optimizer = torch.optim.Adam(self.model.named_parameters(), lr=0.01)
        self.scheduler = torch.optim.lr_scheduler.StepLR(self.optimizer, step_size=4, gamma=0.7)
        self.losses = []

    def train(self, steps):
        for _ in range(steps):
            rows = torch.randint(0, ROWS, (8,))
            loss = torch.nn.functional.cross_entropy(self.model(self.x[rows]), self.y[rows])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.scheduler.step()
            self.losses.append(loss.item())

    def state(self, step):
        return {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "scheduler": self.scheduler.state_dict(),
                "rng": {"default": torch.get_rng_state()}, "step": step, "epoch": 0, "metrics": {"loss": self.losses[-1]},
                "values": {"losses": list(self.losses)}, "checkpoint": 1}

    def restore(self, checkpoint):
        self.model.load_state_dict(checkpoint["model"])
        self.optimizer.load_state_dict(checkpoint["optimizer"])
        self.scheduler.load_state_dict(checkpoint["scheduler"])
        torch.set_rng_state(checkpoint["rng"]["default"])
        self.losses = list(checkpoint["values"]["losses"])


def main():
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    run = Run()
    run.train(SAVED_AT)
    torch.save(run.state(SAVED_AT), FOLDER / f"step-{SAVED_AT}.pth")
    run.train(STEPS - SAVED_AT)
    torch.save(run.state(STEPS), FOLDER / f"step-{STEPS}.pth")
    (FOLDER / "MADE_BY").write_text(f"torch {torch.__version__}, seed {SEED}, made by tools/golden/resume.py\n")


if __name__ == "__main__":
    main()
