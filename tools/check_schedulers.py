#!/usr/bin/env python3
"""Continues schedules that Candela saved with PyTorch's schedulers. Needs torch.

    mvn -pl framework-core,framework-io,framework-optim test -Dtest=SavedByPyTorchTest -Dsurefire.failIfNoSpecifiedTests=false
    python tools/check_schedulers.py framework-optim/target/schedulers.pth
"""
import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent / "golden"))
from schedulers import SCHEDULERS, optimizer, step, values

for path in sys.argv[1:]:
    content = torch.load(path, weights_only=True)
    for title, saved in content.items():
        kind, name = title.split(" ", 1)
        o = optimizer(kind)
        scheduler = SCHEDULERS[name](o)
        scheduler.load_state_dict(saved["scheduler"])
        o.load_state_dict(saved["optimizer"])
        for number, expected in enumerate(saved["then"], 34):
            step(o, scheduler, number)
            torch.testing.assert_close(torch.tensor(values(o), dtype=torch.float64), torch.tensor(expected, dtype=torch.float64), rtol=1e-12, atol=0)
    print(f"{path}: {len(content)} schedules go on as PyTorch's own")
