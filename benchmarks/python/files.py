"""The Python side of SaveLoadInTurn.java: does what each line of its input names, and answers with the microseconds it took.

    python files.py FOLDER
"""

import os
import sys
import time

import safetensors.torch
import torch

from bench import numbers

FOLDER = sys.argv[1]
STATE = {f"layers.{i}.weight": numbers(1 << 20, 1, 1).reshape(1024, 1024) + i for i in range(64)}


def path(name):
    return os.path.join(FOLDER, name)


def save_forced():
    with open(path("forced.pth"), "wb") as file:
        torch.save(STATE, file)
        file.flush()
        os.fsync(file.fileno())


WORK = {
    "torch.save": lambda: torch.save(STATE, path("torch.pth")),
    "torch.save, fsync": save_forced,
    "torch.load": lambda: torch.load(path("torch.pth")),
    "torch.load, mmap": lambda: torch.load(path("torch.pth"), mmap=True),
    "safetensors save_file": lambda: safetensors.torch.save_file(STATE, path("python.safetensors")),
    "safetensors load_file": lambda: safetensors.torch.load_file(path("python.safetensors")),
}

print(";".join(WORK), flush=True)
for line in sys.stdin:
    work = WORK[line.strip()]
    start = time.perf_counter()
    work()
    taken = time.perf_counter() - start
    os.sync()  # what was only promised to the disk is not left to whoever writes next
    print(taken * 1e6, flush=True)
